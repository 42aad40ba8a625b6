//! Binaries that are findings as a whole, by what is in them: made here by openssl, or written by hand.

use std::process::{Command, Stdio};

use nospill::rules::template::{Random, fill};

use crate::env::World;

fn bytes(template: &str) -> Vec<u8> {
    fill(template, &mut Random::new("containers", 0)).expect("a template")
}

/// Runs openssl where it is installed.
fn openssl(world: &World, args: &[&str]) -> Option<()> {
    let mut command = Command::new("openssl");
    let status = command.args(args).current_dir(world.path()).stdin(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success()).then_some(())
}

/// The findings of every file of the work tree.
fn findings(world: &World) -> Vec<String> {
    world.nospill(&["dir", ".", "--format", "json"]).findings()
}

#[test]
fn openssl_writes_what_is_found() {
    let world = World::new();
    let made = [
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 9 -subj /CN=acme",
        "pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out pkcs8.dat",
        "pkcs8 -topk8 -passout pass:x -in key.pem -outform DER -out pkcs8-sealed.dat",
        "ecparam -name prime256v1 -genkey -noout -outform DER -out sec1.dat",
        "genpkey -algorithm ed25519 -outform DER -out ed25519.dat",
        "x509 -in cert.pem -outform DER -out cert.der",
        "pkey -in key.pem -pubout -outform DER -out public.der",
        "pkcs12 -export -in cert.pem -inkey key.pem -passout pass:x -out with-key.dat",
        "pkcs12 -export -in cert.pem -inkey key.pem -passout pass:x -out with-key.p12",
        "pkcs12 -export -in cert.pem -nokeys -certpbe NONE -passout pass:x -out certificates.p12",
    ];
    if made.iter().any(|args| openssl(&world, &args.split(' ').collect::<Vec<_>>()).is_none()) {
        return;
    }
    std::fs::remove_file(world.path().join("key.pem")).expect("the key");
    let want = [
        "ed25519.dat:1 der-private-key deny",
        "pkcs8-sealed.dat:1 der-private-key audit",
        "pkcs8.dat:1 der-private-key deny",
        "sec1.dat:1 der-private-key deny",
        "with-key.dat:1 pkcs12-container deny",
        "with-key.p12:1 pkcs12-container deny",
    ];
    assert_eq!(findings(&world), want);
}

/// One finding for a file: by its content where that is known and as sure as the name.
#[test]
fn the_name_says_less_than_the_content() {
    let world = World::new();
    let store = "{raw:feedfeed0000000200000001}";
    let key = "{raw:00000001}{len16:upload}{bytes:8}{len32:{bytes:700}}";
    let certificate = "{raw:00000002}{len16:root}{bytes:8}{len16:X.509}{len32:{bytes:400}}{bytes:20}";
    world.write("a.jks", bytes(&format!("{store}{key}")));
    world.write("b.jks", bytes(&format!("{store}{certificate}")));
    world.write("c.jks", bytes("{bytes:400}"));
    world.write("d/cacerts", bytes(&format!("{store}{certificate}")));
    world.write("e.bin", bytes(&format!("{store}{key}")));
    let sealed =
        "{raw:c5}{len8:{raw:04}{bytes:4}{raw:16}{len8:{raw:2b06010401da470f01}}{raw:0107}{raw:40}{bytes:32}{raw:fe07}{bytes:50}}";
    world.write("secring.gpg", bytes(sealed));
    world.write("x.gpg", bytes(sealed));
    let want = [
        "a.jks:1 java-keystore deny",
        "c.jks:1 file-java-keystore deny",
        "e.bin:1 java-keystore deny",
        "secring.gpg:1 file-gpg-secret deny",
        "x.gpg:1 openpgp-secret-key audit",
    ];
    assert_eq!(findings(&world), want);
}

#[test]
fn no_byte_is_shown_and_the_fingerprint_is_of_the_content() {
    let world = World::new();
    let key =
        |seed| fill("(11:private-key(3:ecc(1:d32:{alnum:32})){bytes:40}", &mut Random::new("key", seed)).expect("a template");
    let fingerprint = |world: &World| {
        let report: serde_json::Value =
            serde_json::from_str(&world.nospill(&["staged", "--format", "json", "--show-secrets"]).out).expect("JSON");
        let finding = &report["findings"][0];
        assert_eq!((&finding["rule"], &finding["secret"]), (&"gpg-agent-key".into(), &"".into()), "{report}");
        finding["fingerprint"].as_str().expect("a fingerprint").to_owned()
    };
    world.stage("a.key", key(1));
    let first = fingerprint(&world);
    let ran = world.nospill(&["staged"]);
    let want = "error[gpg-agent-key]: Key file of the GnuPG agent without a passphrase\n --> a.key\n  = help:";
    assert!(ran.code == 1 && ran.out.starts_with(want) && !ran.out.contains("ecc"), "{}", ran.whole());
    let explained = world.nospill(&["explain", &first]);
    assert!(
        explained.out.contains("the content as a whole is a finding, of high confidence: it blocks"),
        "{}",
        explained.whole()
    );
    world.commit();
    assert_eq!(world.staged(), [""; 0]);
    world.stage("a.key", key(2));
    assert_ne!(first, fingerprint(&world));
}
