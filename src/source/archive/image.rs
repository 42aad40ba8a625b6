//! Container images as tar files, of `docker save` or in OCI layout: which of their members are layers, and in what order.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Read};

use serde::Deserialize;

use super::tarred::{BETWEEN, Bounded};

/// The numbers of layers, by the names of their members: 1 is the lowest. Empty for what is no image.
#[derive(Debug, Default)]
pub(super) struct Layers(HashMap<Vec<u8>, usize>);

/// `manifest.json` of `docker save`: a list of images. Both layouts have it since Docker 25.
#[derive(Deserialize)]
struct Saved {
    #[serde(rename = "Layers")]
    layers: Vec<String>,
}

/// An image's manifest among the blobs of an OCI layout.
#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
}

/// Larger files are no manifests.
const LARGEST: u64 = 1 << 20;

impl Layers {
    /// Looks through a tar file for manifests.
    ///
    /// # Errors
    /// It is not readable to its end.
    pub(super) fn of<R: Read + io::Seek>(content: R) -> io::Result<Self> {
        let mut layers = Self::default();
        let left = Cell::new(BETWEEN);
        let mut archive = tar::Archive::new(Bounded::new(content, &left));
        for entry in archive.entries_with_seek()? {
            let mut entry = entry?;
            left.set(BETWEEN);
            let path = entry.path_bytes().into_owned();
            let saved = path.strip_prefix(b"./").unwrap_or(&path) == b"manifest.json";
            if !saved && !path.windows(13).any(|part| part == b"blobs/sha256/") || entry.size() > LARGEST {
                continue;
            }
            let mut text = Vec::new();
            // A layer is no JSON: its first byte settles it.
            entry.read_to_end(&mut text)?;
            if saved && let Ok(images) = serde_json::from_slice::<Vec<Saved>>(&text) {
                images.into_iter().for_each(|image| layers.add(image.layers.into_iter()));
            } else if text.first() == Some(&b'{')
                && let Ok(manifest) = serde_json::from_slice::<Manifest>(&text)
            {
                layers.add(manifest.layers.into_iter().map(|layer| format!("blobs/{}", layer.digest.replacen(':', "/", 1))));
            }
        }
        Ok(layers)
    }

    fn add(&mut self, names: impl Iterator<Item = String>) {
        for (at, name) in names.enumerate() {
            self.0.entry(name.into_bytes()).or_insert(at + 1);
        }
    }

    /// What a member is called: a layer by its number and name.
    pub(super) fn label(&self, name: &[u8]) -> Vec<u8> {
        match self.0.get(name.strip_prefix(b"./").unwrap_or(name)) {
            Some(number) => [format!("layer {number}: ").as_bytes(), name].concat(),
            None => name.to_vec(),
        }
    }
}
