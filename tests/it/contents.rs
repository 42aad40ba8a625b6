//! Files whose name says that they hold secrets: what is in them decides whether the name stops a commit, and a secret that
//! is found in one is the one finding.

use crate::env::{World, text};

fn findings(world: &World) -> Vec<String> {
    world.nospill(&["dir", ".", "--no-ignore", "--format", "json"]).findings()
}

#[test]
fn a_name_denies_where_a_value_may_be_a_secret() {
    let world = World::new();
    let sealed = text("ENC[AES256_GCM,data:{b64:32},iv:{b64:43}=,tag:{b64:22}==,type:str]", 0);
    for (path, content) in [
        ("empty/.env", String::new()),
        ("settings/.env", "# A=b\nSHOP_HOST=host.docker.internal\nPORT=3000\nDEBUG=true\nDB_PASSWORD=\n".to_owned()),
        ("placeholders/.env", "SPEECH_KEY=paste-your-key-here\nB=${B}\nC={{ c }}\n".to_owned()),
        ("sops/.env", format!("DB_PASSWORD={sealed}\nsops_mac={sealed}\nsops_version=3.8.1\n")),
        ("dotenvx/.env", text("DOTENV_PUBLIC_KEY=\"{hex:66}\"\nDB_PASSWORD=\"encrypted:{b64:120}\"\n", 0)),
        ("gitcrypt/.env", "\0GITCRYPT\0".to_owned() + &text("{alnum:200}", 0)),
        ("vault/.pgpass", text("$ANSIBLE_VAULT;1.1;AES256\n{hex:80}\n{hex:80}\n", 0)),
        ("transcrypt/.netrc", text("U2FsdGVkX1{b64:80}\n", 0)),
        ("local.settings.json", "{\n  \"IsEncrypted\": false,\n  \"Values\": {\"AzureWebJobsStorage\": \"\"}\n}\n".to_owned()),
        ("kubeconfig", text("clusters:\n- cluster:\n    certificate-authority-data: {b64:200}\n", 0)),
    ] {
        world.write(path, content);
    }
    let found = findings(&world);
    // The public key of dotenvx is audited beside its file.
    assert!(found.len() == 11 && found.iter().all(|finding| finding.ends_with(" audit")), "{found:#?}");
    world.write("settings/.env", "SHOP_HOST=a.b\nSHOP=".to_owned() + &text("{alnum:24}\n", 0));
    world.write("vault/.pgpass", text("db:5432:shop:ops:{lower:7}{digit:2}\n", 0));
    let denied: Vec<String> = findings(&world).into_iter().filter(|finding| finding.ends_with(" deny")).collect();
    assert_eq!(denied, ["settings/.env:1 dotenv-file deny", "vault/.pgpass:1 pgpass-line deny"]);
}

#[test]
fn what_a_file_holds_is_the_finding() {
    let world = World::new();
    world.write(".env", text("A=1\nDB_PASSWORD={alnum:20}\n", 0));
    let found = findings(&world);
    assert!(found.len() == 1 && found[0].starts_with(".env:2 ") && found[0].ends_with(" deny"), "{found:?}");
    world.write(".env", text("A=1\nDB_PASSWORD={alnum:20} # nospill:allow\n", 0));
    assert!(findings(&world).contains(&".env:1 dotenv-file deny".to_owned()), "{:?}", findings(&world));
}

/// Who accepts a file with nothing in it does not accept what is put into it.
#[test]
fn a_baseline_of_an_empty_file_covers_no_secret() {
    let world = World::new();
    world.stage(".env", "A=1\n");
    world.nospill(&["baseline", "create"]);
    world.commit();
    world.stage(".env", text("A=1\nSHOP={alnum:24}\n", 0));
    assert_eq!(world.staged(), [".env:1 dotenv-file deny"]);
}
