//! The finite sets of literals that a regex's syntax demands: one of each must stand in every match.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::types::rule::Text;

/// Most literals of one set: more cost more to look for than they save.
const MOST: usize = 24;
/// Shortest literal that settles anything.
const SHORTEST: usize = 3;

/// The set (in lower case) whose shortest literal is longest, of those that the keywords do not imply already; empty
/// where there is none.
pub(super) fn demanded(hir: &Hir, keywords: &[Text]) -> Vec<String> {
    let mut sets = Vec::new();
    collect(hir, &mut sets);
    let implied = |set: &Vec<Vec<u8>>| {
        set.iter().all(|text| keywords.iter().any(|k| contains(text, k.as_bytes()) || contains(k.as_bytes(), text)))
    };
    let useful = sets.into_iter().filter(|set| shortest(set) >= SHORTEST && set.len() <= MOST && !implied(set));
    let best = useful.max_by_key(|set| (shortest(set), usize::MAX - set.len())).unwrap_or_default();
    best.into_iter().filter_map(|text| String::from_utf8(text).ok()).collect()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

fn shortest(set: &[Vec<u8>]) -> usize {
    set.iter().map(Vec::len).min().unwrap_or(0)
}

/// Adds the sets that every match of `hir` must satisfy.
fn collect(hir: &Hir, sets: &mut Vec<Vec<Vec<u8>>>) {
    if let Some(set) = exact(hir) {
        sets.push(set);
        return;
    }
    match hir.kind() {
        HirKind::Capture(group) => collect(&group.sub, sets),
        HirKind::Repetition(repetition) if repetition.min > 0 => collect(&repetition.sub, sets),
        HirKind::Concat(parts) => {
            // Neighbours that are exact make longer literals.
            let mut run: Vec<Vec<u8>> = vec![Vec::new()];
            for part in parts {
                let joined = exact(part).map(|set| cross(&run, &set)).filter(|set| set.len() <= MOST);
                match joined {
                    Some(set) => run = set,
                    None => {
                        sets.push(std::mem::replace(&mut run, vec![Vec::new()]));
                        collect(part, sets);
                    }
                }
            }
            sets.push(run);
        }
        _ => {}
    }
}

fn cross(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut set: Vec<Vec<u8>> = heads.iter().flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat())).collect();
    set.sort_unstable();
    set.dedup();
    set
}

/// Everything that `hir` matches, in lower case, when that is a small finite set.
fn exact(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut set = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Vec::new()],
        HirKind::Literal(literal) => vec![literal.0.to_ascii_lowercase()],
        HirKind::Class(Class::Bytes(class)) => {
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            bytes.take(MOST).map(|byte| vec![byte.to_ascii_lowercase()]).collect()
        }
        HirKind::Class(Class::Unicode(_)) => return None,
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut set = exact(&repetition.sub)?;
            if repetition.min == 0 {
                set.push(Vec::new());
            }
            set
        }
        HirKind::Repetition(_) => return None,
        HirKind::Capture(group) => exact(&group.sub)?,
        HirKind::Concat(parts) => {
            let mut set = vec![Vec::new()];
            for part in parts {
                set = cross(&set, &exact(part)?);
                if set.len() > MOST {
                    return None;
                }
            }
            set
        }
        HirKind::Alternation(parts) => parts.iter().map(exact).collect::<Option<Vec<_>>>()?.concat(),
    };
    set.sort_unstable();
    set.dedup();
    // A class this wide, or this many alternatives, is no small set.
    (set.len() < MOST).then_some(set)
}
