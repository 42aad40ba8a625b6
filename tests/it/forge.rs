//! Repositories that git would never write: packs made by hand, under names of our choice.
//!
//! git does not verify checksums and names when it opens a pack, and neither do we, so an object may have any name.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::env::World;

/// A name made of a number.
pub(crate) type Name = [u8; 20];

/// The name of a number: it starts with `be`, so that it is no name that a test meets otherwise.
pub(crate) fn name(number: u32) -> Name {
    let mut name = [0xbe; 20];
    name[1..5].copy_from_slice(&number.to_be_bytes());
    name
}

pub(crate) fn hex(name: &[u8]) -> String {
    name.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

/// A zlib stream of `head` and then about `zeros` zero bytes, made without making them: 13 bits for each 258.
pub(crate) fn bomb(head: &[u8], zeros: u64) -> (Vec<u8>, u64) {
    let mut bits = Bits::default();
    bits.push(0b011, 3);
    for &byte in head.iter().chain(&[0]) {
        match byte {
            0..=143 => bits.code(0x30 + u32::from(byte), 8),
            _ => bits.code(0x190 + u32::from(byte) - 144, 9),
        }
    }
    let matches = zeros / 258;
    let start = bits.bytes.len();
    for _ in 0..8 {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    // The first byte of the first period holds bits of what came before; the second one repeats.
    let (carry, used) = (bits.carry, bits.used);
    for _ in 0..8 {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    let period = bits.bytes[start + 13..].to_vec();
    assert_eq!((carry, used), (bits.carry, bits.used));
    for _ in 2..matches / 8 {
        bits.bytes.extend_from_slice(&period);
    }
    bits.code(0, 7);
    let mut stream = vec![0x78, 0x01];
    stream.extend(bits.finish());
    stream.extend([0; 4]);
    (stream, matches / 8 * 8 * 258 + 1)
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    carry: u32,
    used: u32,
}

impl Bits {
    /// Low bit first.
    fn push(&mut self, value: u32, count: u32) {
        self.carry |= value << self.used;
        self.used += count;
        while self.used >= 8 {
            self.bytes.push(self.carry as u8);
            self.carry >>= 8;
            self.used -= 8;
        }
    }

    /// A Huffman code: high bit first.
    fn code(&mut self, value: u32, count: u32) {
        (0..count).rev().for_each(|bit| self.push(value >> bit & 1, 1));
    }

    fn finish(mut self) -> Vec<u8> {
        if self.used > 0 {
            self.bytes.push(self.carry as u8);
        }
        self.bytes
    }
}

/// A pack to be.
#[derive(Default)]
pub(crate) struct Pack {
    body: Vec<u8>,
    entries: Vec<(Name, u64)>,
}

impl Pack {
    /// Where the next entry will start.
    pub(crate) fn next(&self) -> u64 {
        12 + self.body.len() as u64
    }

    fn head(&mut self, name: Name, kind: u8, size: u64) {
        self.entries.push((name, self.next()));
        let (mut byte, mut rest) = (kind << 4 | (size & 15) as u8, size >> 4);
        while rest > 0 {
            self.body.push(byte | 0x80);
            (byte, rest) = ((rest & 0x7f) as u8, rest >> 7);
        }
        self.body.push(byte);
    }

    /// An entry that claims `size` bytes, with any stream.
    pub(crate) fn raw(&mut self, name: Name, kind: u8, size: u64, stream: &[u8]) {
        self.head(name, kind, size);
        self.body.extend_from_slice(stream);
    }

    /// A commit (1), tree (2), blob (3) or tag (4).
    pub(crate) fn whole(&mut self, name: Name, kind: u8, content: &[u8]) {
        self.raw(name, kind, content.len() as u64, &deflated(content));
    }

    /// A delta of the entry at a lower offset.
    pub(crate) fn ofs(&mut self, name: Name, base: u64, delta: &[u8]) {
        let mut distance = self.next() - base;
        self.head(name, 6, delta.len() as u64);
        let mut bytes = vec![(distance & 0x7f) as u8];
        while distance >> 7 > 0 {
            distance = (distance >> 7) - 1;
            bytes.insert(0, 0x80 | (distance & 0x7f) as u8);
        }
        self.body.extend_from_slice(&bytes);
        self.body.extend_from_slice(&deflated(delta));
    }

    /// A delta of the object of a name.
    pub(crate) fn of(&mut self, name: Name, base: Name, delta: &[u8]) {
        self.head(name, 7, delta.len() as u64);
        self.body.extend_from_slice(&base);
        self.body.extend_from_slice(&deflated(delta));
    }

    /// Writes the pack and its index into the world's repository.
    pub(crate) fn write(mut self, world: &World) {
        let sum = [0xcc; 20];
        let count = (self.entries.len() as u32).to_be_bytes();
        let pack = [b"PACK\0\0\0\x02".as_slice(), &count, &self.body, &sum].concat();
        self.entries.sort_unstable();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=255u8 {
            let below = self.entries.iter().filter(|(name, _)| name[0] <= first).count();
            index.extend((below as u32).to_be_bytes());
        }
        self.entries.iter().for_each(|(name, _)| index.extend(name));
        index.extend(vec![0; self.entries.len() * 4]);
        self.entries.iter().for_each(|(_, offset)| index.extend((*offset as u32).to_be_bytes()));
        index.extend([sum, [0; 20]].concat());
        let folder = world.path().join(".git/objects/pack");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("pack-forged.pack"), pack).expect("a file");
        fs::write(folder.join("pack-forged.idx"), index).expect("a file");
    }
}

/// A delta: sizes as claimed, then instructions.
pub(crate) fn delta(source: u64, target: u64, instructions: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for mut size in [source, target] {
        while size > 0x7f {
            bytes.push(size as u8 | 0x80);
            size >>= 7;
        }
        bytes.push(size as u8);
    }
    bytes.extend_from_slice(instructions);
    bytes
}

/// The instruction that copies.
pub(crate) fn copy(from: u32, len: u32) -> Vec<u8> {
    let mut bytes = vec![0xff];
    bytes.extend(from.to_le_bytes());
    bytes.extend(&len.to_le_bytes()[..3]);
    bytes
}

impl World {
    /// Writes an object of any content under its right name, through git.
    pub(crate) fn object(&self, kind: &str, content: &[u8]) -> String {
        let mut command = self.command("git", "repo");
        command.args(["hash-object", "-t", kind, "-w", "--literally", "--stdin"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
        child.stdin.take().expect("a pipe").write_all(content).expect("git reads");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("hex").trim().to_owned()
    }

    /// A tree of entries as they stand, through git.
    pub(crate) fn tree(&self, entries: &[(&str, &[u8], &[u8])]) -> String {
        let entry = |(mode, name, oid): &(&str, &[u8], &[u8])| [mode.as_bytes(), b" ", *name, b"\0", *oid].concat();
        self.object("tree", &entries.iter().flat_map(entry).collect::<Vec<u8>>())
    }

    /// Makes `main` one commit of a tree, whatever that is.
    pub(crate) fn main_is(&self, tree: &str) -> String {
        let who = "Ada <ada@example.org> 1700000000 +0000";
        let commit = self.object("commit", format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nchange\n").as_bytes());
        fs::write(self.path().join(".git/refs/heads/main"), format!("{commit}\n")).expect("a ref");
        commit
    }

    /// The same, with a blob at `file`.
    pub(crate) fn main_has(&self, blob: &[u8]) -> String {
        let tree = self.tree(&[("100644", b"file", blob)]);
        self.main_is(&tree)
    }
}

/// The bytes of a name in hex.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}
