//! The `{name:args}` forms.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::{Random, TemplateError, fill as fill_template};
use crate::codec::marvin::{marvin32, seed};
use crate::codec::{azure, bases, keypairs, tokens};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGIT: &[u8] = b"0123456789";
const B64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const B64U: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The text of one form; `last` is what the form before it gave.
pub(super) fn fill(form: &str, last: &[u8], random: &mut Random) -> Result<Vec<u8>, TemplateError> {
    let (name, args) = form.split_once(':').unwrap_or((form, ""));
    let wrong = || TemplateError::Form(form.to_owned());
    if let Some(alphabet) = alphabet(name) {
        return Ok(random.text(alphabet, args.parse().map_err(|_| wrong())?));
    }
    if let Some(text) = nested(name, args, random)? {
        return Ok(text);
    }
    let parts: Vec<&str> = args.split(':').collect();
    let text = match (name, parts.as_slice()) {
        ("chars", _) => {
            let (set, count) = args.rsplit_once(':').filter(|(set, _)| !set.is_empty()).ok_or_else(wrong)?;
            random.text(set.as_bytes(), count.parse().map_err(|_| wrong())?)
        }
        ("repeat", _) => {
            let (text, count) = args.rsplit_once(':').ok_or_else(wrong)?;
            text.repeat(count.parse().map_err(|_| wrong())?).into_bytes()
        }
        ("join", parts) => parts.concat().into_bytes(),
        ("at", [""]) => b"@".to_vec(),
        ("uuid", [""]) => uuid(random),
        ("crc32", [""]) => tokens::crc32_base62(last).to_vec(),
        ("pem", [label]) => pem(label, &[0x30, 0x82], "", random),
        ("pem-enc", [label]) => {
            let iv = String::from_utf8_lossy(&random.text(b"0123456789ABCDEF", 32)).into_owned();
            pem(label, &[0x5a], &format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv}\n\n"), random)
        }
        ("openssh", [cipher]) => openssh(cipher, random),
        ("pgp", [""]) => armour("PGP PRIVATE KEY BLOCK", "\n", &pgp_packet(random), "=Ab9z\n"),
        ("ppk", [cipher]) => ppk(cipher, random),
        ("his", [sign, bytes, seed]) => his(sign, bytes.parse().map_err(|_| wrong())?, seed, random).ok_or_else(wrong)?,
        ("cask", [sign]) => cask(sign, 84, random).ok_or_else(wrong)?,
        ("cask88", [sign]) => cask(sign, 88, random).ok_or_else(wrong)?,
        ("entra", [""]) => entra(random),
        ("azdo", [""]) => {
            let data = random.bytes(28);
            azure::to_devops_pat(&std::array::from_fn(|i| data[i]))
        }
        ("routable", [prefix]) => routable(prefix, random),
        ("grafana", [""]) => {
            let head = [b"glsa_".as_slice(), &random.text(bases::BASE62, 32)].concat();
            let check = tokens::grafana_check(&head);
            [head.as_slice(), b"_", check.as_bytes()].concat()
        }
        ("bech32", [prefix, bytes]) => {
            let count: usize = bytes.parse().map_err(|_| wrong())?;
            let groups: Vec<u8> = (0..(count * 8).div_ceil(5)).map(|_| random.below(32) as u8).collect();
            bases::to_bech32(prefix.to_ascii_lowercase().as_bytes(), &groups)
        }
        ("nkey", [role]) if role.len() == 1 => tokens::to_nkey(role.as_bytes()[0], &random.bytes(32)),
        ("ed25519", [separator]) => {
            let numbers: Vec<String> = ed25519(random).iter().map(u8::to_string).collect();
            numbers.join(separator).into_bytes()
        }
        ("ed25519-58", [""]) => bases::to_base58(&ed25519(random)),
        ("wif", [""]) => {
            let key = [&[0x80], random.bytes(32).as_slice(), &[1]].concat();
            bases::to_base58check(&key)
        }
        ("base58check", [head, bytes]) => {
            let head = u32::from_str_radix(head, 16).map_err(|_| wrong())?.to_be_bytes();
            let body = random.bytes(bytes.parse().map_err(|_| wrong())?);
            bases::to_base58check(&[&head, body.as_slice()].concat())
        }
        ("raw", [hex]) => raw(hex).ok_or_else(wrong)?,
        ("bytes", [count]) => random.bytes(count.parse().map_err(|_| wrong())?),
        ("jwt", [""]) => jwt(br#"{"sub":"41","iat":1700000000}"#, random),
        _ => return Err(wrong()),
    };
    Ok(text)
}

fn ed25519(random: &mut Random) -> [u8; 64] {
    let seed = random.bytes(32);
    keypairs::to_ed25519(std::array::from_fn(|at| seed[at]))
}

fn alphabet(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "alnum" => bases::BASE62,
        "digit" => DIGIT,
        "hex" => b"0123456789abcdef",
        "hexup" => b"0123456789ABCDEF",
        "lower" => LOWER,
        "upper" => UPPER,
        "lownum" => b"abcdefghijklmnopqrstuvwxyz0123456789",
        "upnum" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "b64" => B64,
        "b64u" => B64U,
        "base32" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "base32l" => b"abcdefghijklmnopqrstuvwxyz234567",
        "base58" => b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        _ => return None,
    })
}

/// The bytes that hex digits stand for.
fn raw(hex: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|digit| digit as u8);
    hex.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// `text` behind its length: in `width` big-endian bytes, or as a DER element of a tag.
fn counted(width: usize, text: &[u8]) -> Vec<u8> {
    let length = (text.len() as u64).to_be_bytes();
    [&length[length.len() - width..], text].concat()
}

fn der(tag: u8, text: &[u8]) -> Vec<u8> {
    match text.len() {
        0..0x80 => [&[tag, text.len() as u8], text].concat(),
        _ => [&[tag, 0x82], counted(2, text).as_slice()].concat(),
    }
}

/// Forms whose argument is a template.
fn nested(name: &str, args: &str, random: &mut Random) -> Result<Option<Vec<u8>>, TemplateError> {
    if let ("der", Some((tag, inner))) = (name, args.split_once(':')) {
        let tag = u8::from_str_radix(tag, 16).map_err(|_| TemplateError::Form(format!("der:{tag}")))?;
        return Ok(Some(der(tag, &fill_template(inner, random)?)));
    }
    if let Some(width) = ["len8", "len16", "len24", "len32"].iter().position(|known| *known == name) {
        return Ok(Some(counted(width + 1, &fill_template(args, random)?)));
    }
    if !matches!(name, "base64" | "base64u" | "base64n" | "percent" | "escape" | "oneline" | "jwt") || args.is_empty() {
        return Ok(None);
    }
    let inner = fill_template(args, random)?;
    Ok(Some(match name {
        "base64" => STANDARD.encode(inner).into_bytes(),
        "base64u" => URL_SAFE_NO_PAD.encode(inner).into_bytes(),
        "base64n" => STANDARD_NO_PAD.encode(inner).into_bytes(),
        "percent" => percent(&inner),
        "escape" => String::from_utf8_lossy(&inner).replace('\n', "\\n").into_bytes(),
        "oneline" => String::from_utf8_lossy(&inner).replace('\n', " ").into_bytes(),
        _ => jwt(&inner, random),
    }))
}

fn percent(text: &[u8]) -> Vec<u8> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.iter().flat_map(|&b| if plain(b) { vec![b] } else { format!("%{b:02X}").into_bytes() }).collect()
}

fn uuid(random: &mut Random) -> Vec<u8> {
    let hex = |n, random: &mut Random| random.text(b"0123456789abcdef", n);
    let tail = [hex(4, random), [b"4".as_slice(), &hex(3, random)].concat(), [b"a".as_slice(), &hex(3, random)].concat()];
    [hex(8, random), tail[0].clone(), tail[1].clone(), tail[2].clone(), hex(12, random)].join(&b'-')
}

/// Base64 of `data` in 64-character lines between the armour lines of `label`.
fn armour(label: &str, headers: &str, data: &[u8], tail: &str) -> Vec<u8> {
    let body = STANDARD.encode(data);
    let mut text = format!("-----BEGIN {label}-----\n{headers}");
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("{tail}-----END {label}-----\n"));
    text.into_bytes()
}

fn pem(label: &str, first: &[u8], headers: &str, random: &mut Random) -> Vec<u8> {
    // The DER sizes of keys of 1024, 2048 and 4096 bits.
    let count = if label.starts_with("EC") { 119 } else { [608, 1191, 2349][random.below(3)] };
    let mut data = random.bytes(count);
    data[..first.len()].copy_from_slice(first);
    if first.len() > 1 {
        data[2..4].copy_from_slice(&((count - 4) as u16).to_be_bytes());
    }
    armour(label, headers, &data, "")
}

fn openssh(cipher: &str, random: &mut Random) -> Vec<u8> {
    let mut data = b"openssh-key-v1\0".to_vec();
    data.extend((cipher.len() as u32).to_be_bytes());
    data.extend(cipher.as_bytes());
    data.extend(random.bytes(360));
    armour("OPENSSH PRIVATE KEY", "", &data, "")
}

fn pgp_packet(random: &mut Random) -> Vec<u8> {
    [&[0x95, 0x03, 0x98, 0x04], random.bytes(700).as_slice()].concat()
}

fn ppk(cipher: &str, random: &mut Random) -> Vec<u8> {
    let mut text = format!("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: {cipher}\nComment: key\nPublic-Lines: 2\n");
    let mut lines = |count: usize| -> String {
        (0..count).map(|_| String::from_utf8_lossy(&random.text(B64, 64)).into_owned() + "\n").collect()
    };
    text += &lines(2);
    text += "Private-Lines: 3\n";
    text += &lines(3);
    text += "Private-MAC: ";
    [text.into_bytes(), random.text(b"0123456789abcdef", 64), b"\n".to_vec()].concat()
}

/// A HIS v1 key: random base64 with the signature six characters before the padding, and a valid check.
fn his(sign: &str, bytes: usize, seed_text: &str, random: &mut Random) -> Option<Vec<u8>> {
    let seed_text: &[u8; 8] = seed_text.as_bytes().try_into().ok()?;
    let before = match bytes {
        64 => 76,
        32 => 33,
        39 => 42,
        40 => 44,
        _ => return None,
    };
    let mut key = random.text(bases::BASE62, before);
    key.extend(sign.as_bytes());
    // Padding restricts the characters that share a decoded byte with the signature: "A" always fits.
    key.push(b'A');
    while !key.len().is_multiple_of(4) {
        key.push(b'A');
    }
    let mut data = bases::base64(&key)?;
    data.truncate(bytes - 4);
    data.extend(marvin32(&data, seed(seed_text)).to_le_bytes());
    Some(STANDARD.encode(data).into_bytes())
}

fn cask(sign: &str, len: usize, random: &mut Random) -> Option<Vec<u8>> {
    let mut key = random.text(bases::BASE62, 52);
    key.extend(b"JQQJ99BCA");
    key.truncate(60);
    key.extend(random.text(bases::BASE62, 12));
    key.extend(if sign == "ACOG" { b"AAAB" } else { b"AAAA" });
    key.extend(sign.as_bytes());
    let data = bases::base64(&key).filter(|_| key.len() == 80)?;
    // The base-62 form never holds a character that is not base-62, which the 84-character form must not.
    let checks = azure::cask_checks(&data, len);
    key.extend(if len == 88 { &checks[0] } else { &checks[1] });
    Some(key)
}

fn entra(random: &mut Random) -> Vec<u8> {
    let mut secret = random.text(bases::BASE62, 3);
    secret.extend(b"8Q~");
    secret.extend(random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-", 31));
    let check = azure::entra_check(&secret);
    [secret, check].concat()
}

fn routable(prefix: &str, random: &mut Random) -> Vec<u8> {
    let payload = [random.bytes(16).as_slice(), b"o:1\nu:2s", &[16]].concat();
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let head = format!("{prefix}{payload}.01.").into_bytes();
    let tail = tokens::gitlab_tail(&head, payload.len());
    [head, tail].concat()
}

fn jwt(payload: &[u8], random: &mut Random) -> Vec<u8> {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = URL_SAFE_NO_PAD.encode(payload);
    [head.as_bytes(), b".", payload.as_bytes(), b".", &random.text(B64U, 43)].concat()
}
