//! Encodings and check algorithms of token formats: pure functions of bytes that import nothing of ours.
//!
//! They stand below both `rules` (which builds valid examples) and `detect` (which verifies candidates), so that a
//! format's algorithm is written once.

pub mod azure;
pub mod bases;
pub mod keypairs;
pub mod marvin;
pub mod tokens;
