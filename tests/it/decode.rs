//! Secrets in another dress: found, at the place they came from, once; and ciphertext is silent.

use std::fs;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nospill::detect::scanner::{Scanned, Scanner, Scratch, Subject};
use nospill::detect::trace;
use nospill::rules::ruleset::RuleSet;
use nospill::rules::schema;
use nospill::rules::template::{Random, fill};
use proptest::prelude::*;

/// A few families, so that the slow way stays bearable.
static SCANNER: LazyLock<Scanner> = LazyLock::new(scanner);

fn scanner() -> Scanner {
    let files = ["github", "generic", "kubernetes", "private-keys", "databases"];
    let mut rules = Vec::new();
    for name in files {
        let text = fs::read_to_string(format!("patterns/{name}.toml")).expect("a patterns file");
        let file = schema::parse(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        rules.extend(file.rule.iter().map(|rule| rule.to_rule(&file.family, &file.docs).expect("a rule")));
    }
    for rule in &mut rules {
        rule.requires = None;
    }
    Scanner::new(RuleSet::only(rules).unwrap_or_else(|e| panic!("{e}")))
}

fn filled(template: &str) -> Vec<u8> {
    fill(template, &mut Random::new("decode", 1)).unwrap_or_else(|e| panic!("{template}: {e}"))
}

pub(crate) fn token() -> String {
    String::from_utf8(filled("ghp_{alnum:30}{crc32}")).expect("ASCII")
}

/// A value no list of words holds.
fn made_up() -> String {
    ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat()
}

fn scan(scanner: &Scanner, content: &[u8], path: &str) -> Scanned {
    let subject = Subject { content, path: path.as_bytes() };
    scanner.scan(subject, &mut Scratch::default())
}

fn ids<'s>(scanner: &'s Scanner, content: &[u8], path: &str) -> Vec<&'s str> {
    scan(scanner, content, path).matches.iter().map(|m| &*scanner.rules().rule(m.rule).id).collect()
}

fn base64(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn encodings_are_seen_through() {
    let scanner = &*SCANNER;
    let (token, plain) = (token(), format!("# settings of the service\ntoken = {}\n", token()));
    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let url = format!("postgres://app:{}@db.internal.net/x", made_up());
    let wrapped = base64(plain.repeat(2)).as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n    ");
    let data = format!("{{\"note\":\"a\",\"password\":\"{}\"}}", made_up());
    for (content, want) in [
        (format!("data: {}", base64(&plain)), "github-pat"),
        (format!("x={}", base64(&plain).trim_end_matches('=').replace('+', "-").replace('/', "_")), "github-pat"),
        (format!("body: |\n    {wrapped}\nnext: 1\n"), "github-pat"),
        (
            format!(
                "\"k\": \"{}\"",
                base64(&plain).as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\\n")
            ),
            "github-pat",
        ),
        (format!("powershell -enc {}", base64(&wide)), "github-pat"),
        (hex(&plain), "github-pat"),
        (format!("0x{}", hex(&plain)), "github-pat"),
        (format!("?q=a{}", percent(&token)), "github-pat"),
        (format!("\"{}\"", token.replace("ghp_", "\\u0067\\x68\\u{70}_")), "github-pat"),
        (format!("{{\"url\":\"{}\"}}", url.replace('/', "\\/")), "postgres"),
        (format!("to={}", percent(&url)), "postgres"),
        (base64(base64(&plain)), "github-pat"),
        (base64(format!("{{\"t\":\"{}\"}}", token.replace('_', "\\u005f"))), "github-pat"),
        (format!("v={}", base64(&plain).replace('=', "%3D")), "github-pat"),
        (percent(&percent(&token)), "github-pat"),
        (format!("\"{}\"", data.replace('"', "\\\"")), "generic-password"),
        (format!("\"DB_HOST=x\\nDB_PASSWORD={}\\nDB_NAME=y\"", made_up()), "generic-password"),
    ] {
        let found = ids(scanner, content.as_bytes(), "a.yaml");
        assert!(found.iter().any(|id| id.starts_with(want)), "{content}: {found:?}");
    }
}

#[test]
fn values_of_kubernetes_secrets_are_judged_by_their_key() {
    let scanner = &*SCANNER;
    let (short, long) = (base64(&made_up()[..11]), base64(made_up().repeat(2)));
    let yaml = |body: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ntype: Opaque\n{body}");
    let json = format!("{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{{\"user\":\"eA==\",\"password\":\"{short}\"}}}}");
    for (content, path) in [
        (yaml(&format!("data:\n  user: YWRtaW4=\n  db-password: {short}\n")), "s.yaml"),
        (yaml(&format!("data:\n    db-password: \"{long}\" # note\n")), "s.yaml"),
        (yaml(&format!("data:\n  db-password: |-\n    {}\n    {}\nimmutable: true\n", &long[..20], &long[20..])), "s.yaml"),
        (yaml(&format!("data: {{user: YWRtaW4=, db-password: {short}}}\n")), "s.yaml"),
        (format!("# a\n---\ndata:\n  db-password: {short}\nkind: 'Secret'\n---\nkind: ConfigMap\n"), "s.yaml"),
        (format!("kind: List\nitems:\n- apiVersion: v1\n  data:\n    password: {short}\n  kind: Secret\n- kind: Pod\n"), "l.yml"),
        (json.clone(), "s.json"),
        (format!("{{\"items\":[{{\"kind\":\"Pod\"}},{json}]}}"), "s.json"),
        (yaml(&format!("  annotations:\n    last: |\n      {}\n", json.replace('"', "\\\""))), "s.yaml"),
        (json.replace(',', ",\n  ").replace('{', "{\n  "), "s.json"),
    ] {
        let found = ids(scanner, content.as_bytes(), path);
        assert_eq!(found, ["generic-password"], "{content}");
    }
}

/// The object says that it is secret, whatever the entry is called.
#[test]
fn entries_of_kubernetes_secrets_need_no_telling_name() {
    let scanner = &*SCANNER;
    let value = made_up()[..13].to_owned();
    let (data, json) = (base64(&value), format!("{{\"kind\": \"Secret\", \"stringData\": {{\"orders\": \"{value}\"}}}}"));
    for (content, path) in [
        (format!("kind: Secret\ndata:\n  orders: {data}\n"), "s.yaml"),
        (format!("kind: Secret\r\nstringData:\r\n  orders: {value}\r\n"), "s.yaml"),
        (format!("kind: Secret\nstringData:\n  orders: |-\n    {value}\n"), "s.yaml"),
        (format!("kind: Secret\nstringData: {{orders: {value}}}\n"), "s.yaml"),
        (format!("kind: SecretList\nitems:\n- stringData:\n    orders: '{value}'\n"), "s.yaml"),
        (format!("kind: ConfigMap\ndata:\n  s.yaml: |\n    kind: Secret\n    data:\n      orders: {data}\n"), "s.yaml"),
        (
            format!("{{{{- if .Values.x }}}}\nkind: Secret\ndata:\n  {{{{- if .y }}}}\n  orders: {data}\n  {{{{- end }}}}\n"),
            "s.yaml",
        ),
        (format!("cat <<EOF | kubectl apply -f -\nkind: Secret\nstringData:\n  orders: {value}\nEOF\n"), "s.sh"),
        (json.clone(), "s.json"),
        (format!("{{\"kind\": \"Pod\"}}\n{json}\n"), "s.ndjson"),
        (format!("kind: Secret\nmetadata:\n  annotations:\n    last: |\n      {json}\n"), "s.yaml"),
        (format!("{{\"last\": \"{}\"}}", json.replace('"', "\\\"")), "s.json"),
        (format!("resource \"kubernetes_secret_v1\" \"x\" {{\n  data = {{\n    orders = \"{value}\"\n  }}\n}}\n"), "m.tf"),
        (format!("resource \"kubernetes_secret\" \"x\" {{\n  binary_data = {{\n    orders = \"{data}\"\n  }}\n}}\n"), "m.tf"),
        (format!("kubectl create secret generic x \\\n  --from-literal=a=b --from-literal 'orders={value}'\n"), "s.sh"),
        (format!("run([\"oc\", \"create\", \"secret\", \"generic\", \"x\", \"--from-literal=orders={value}\"])\n"), "s.py"),
        (format!("kubectl patch secret x -p '{{\"stringData\": {{\"orders\": \"{value}\"}}}}'\n"), "s.sh"),
        (format!("secretGenerator:\n- name: x\n  literals:\n  - \"orders={value}\"\n"), "kustomization.yaml"),
        (format!("new k8s.core.v1.Secret(\"x\", {{ stringData: {{ orders: \"{value}\" }} }});\n"), "s.ts"),
        (format!("corev1.Secret{{\n  StringData: map[string]string{{\"orders\": \"{value}\"}},\n}}\n"), "s.go"),
    ] {
        assert_eq!(ids(scanner, content.as_bytes(), path), ["kubernetes-secret-value"], "{content}");
    }
    for (content, path) in [
        (format!("kind: ConfigMap\ndata:\n  orders: {value}\n"), "s.yaml"),
        (format!("kind: Secret\nmetadata:\n  orders: {value}\ndata: {{}}\n"), "s.yaml"),
        ("kind: Secret\nstringData:\n  user: orders\n  host: db.acme.svc:5432\n  on: \"true\"\n".to_owned(), "s.yaml"),
        (format!("kind: Secret\ndata:\n  tls.crt: {data}\n"), "s.yaml"),
        ("kind: Secret\nstringData:\n  a: {{ .Values.a | quote }}\n  b: ${B}\n  c: <c>\n".to_owned(), "s.yaml"),
        (format!("kubectl create configmap x --from-literal=orders={value}\n"), "s.sh"),
        ("kubectl create secret generic x --from-literal=orders=$ORDERS --from-literal=\"b=$(cat b)\"\n".to_owned(), "s.sh"),
        (format!("resource \"kubernetes_config_map\" \"x\" {{\n  data = {{\n    orders = \"{value}\"\n  }}\n}}\n"), "m.tf"),
        ("resource \"kubernetes_secret\" \"x\" {\n  data = {\n    orders = var.orders\n  }\n}\n".to_owned(), "m.tf"),
        (format!("configMapGenerator:\n- literals:\n  - orders={value}\nsecretGenerator:\n- envs: [x]\n"), "kustomization.yaml"),
    ] {
        assert_eq!(ids(scanner, content.as_bytes(), path), [""; 0], "{content}");
    }
}

/// A hostile file is gone through in time that grows with its size.
#[test]
fn many_openings_of_secrets_cost_no_more_than_their_bytes() {
    let scanner = &*SCANNER;
    for line in [
        "kind: Secret\n",
        "{\"kind\": \"Secret\", ",
        "{kind: \"Secret\"} ",
        "resource \"kubernetes_secret\" \"x\" {",
        "kubectl create secret generic \\\n",
        "secretGenerator:\n- literals:\n",
        "v1.Secret{Data: ",
        "kind: Secret data = {",
    ] {
        let content = line.repeat((1 << 20) / line.len());
        let before = std::time::Instant::now();
        assert_eq!(ids(scanner, content.as_bytes(), "s.yaml"), [""; 0], "{line}");
        assert!(before.elapsed().as_secs() < 20, "{line}: {:?}", before.elapsed());
    }
}

#[test]
fn what_a_kubernetes_secret_need_not_hide() {
    let scanner = &*SCANNER;
    for value in ["", "\"\"", "{{ .Values.password | b64enc }}", "Y2hhbmdlbWU=", &base64("${DB_PASSWORD}"), "<base64>"] {
        let content = format!("apiVersion: v1\nkind: Secret\ndata:\n  password: {value}\n");
        assert_eq!(ids(scanner, content.as_bytes(), "s.yaml"), [""; 0], "{value}");
    }
}

#[test]
fn ciphertext_is_silent() {
    let scanner = &*SCANNER;
    let digits = filled("{b64:160}");
    let digits = String::from_utf8_lossy(&digits);
    for content in [
        format!(
            "kind: SealedSecret\nspec:\n  encryptedData:\n    password: Ag{digits}\n    token: Ag{digits}\n  template: {{}}\n"
        ),
        format!("{{\"kind\":\"SealedSecret\",\"spec\":{{\"encryptedData\":{{\"password\":\"Ag{digits}\"}}}}}}"),
        format!("password: ENC[AES256_GCM,data:{digits},iv:{digits},tag:x,type:str]\n"),
        format!("db_password: ENC[PKCS7,{digits}]\n"),
        format!("password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {}\n", hex(&digits)),
        format!("$ANSIBLE_VAULT;1.1;AES256\n{}\n", hex(&hex(&digits))),
        format!("DB_PASSWORD=\"encrypted:{digits}\"\n"),
        format!("DB_PASSWORD=encrypted:{digits}\n"),
        format!("password: vault:v1:{digits}\n"),
        format!("password: |\n  -----BEGIN AGE ENCRYPTED FILE-----\n  {digits}\n  -----END AGE ENCRYPTED FILE-----\n"),
        format!("-----BEGIN PGP MESSAGE-----\n\npassword={digits}\n-----END PGP MESSAGE-----\n"),
        format!(
            "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: {}\n    remoteRef:\n      key: a\n",
            ["DB_PASSWORD", "V2x9"].join("_")
        ),
        format!("\0GITCRYPT\0 password = {digits}"),
    ] {
        assert_eq!(ids(scanner, content.as_bytes(), "a.yaml"), [""; 0], "{content}");
    }
}

#[test]
fn positions_are_those_of_the_original() {
    let scanner = &*SCANNER;
    let token = token();
    for pad in 0..3 {
        let (lead, tail) = ("x".repeat(pad) + " token: ", " and more text");
        let content = format!("value: {}\n", base64(format!("{lead}{token}{tail}")));
        let scanned = scan(scanner, content.as_bytes(), "a.txt");
        let [found] = scanned.matches.as_slice() else { panic!("{content}: {scanned:?}") };
        let start = "value: ".len();
        let want = (start + lead.len() * 4 / 3, start + ((lead.len() + token.len()) * 8).div_ceil(6));
        assert_eq!((found.secret.start, found.secret.end), want);
    }
    let tricks = tricks(&token);
    for value in tricks.into_iter().chain([token.replace("ghp_", "\\u0067hp_"), token.replace("ghp_", "\\147hp_")]) {
        let content = format!("a = \"{value}\";");
        let scanned = scan(scanner, content.as_bytes(), "a.js");
        assert_eq!(scanned.matches.len(), 1, "{content:?}");
        assert_eq!(scanned.matches[0].secret.of(content.as_bytes()), value.as_bytes());
        let line = content[..content.find("ghp_").unwrap_or(0)].matches('\n').count() as u32 + 1;
        let subject = Subject { content: content.as_bytes(), path: b"a.js" };
        let trace = trace::line(scanner, subject, line).expect("a text");
        let kept = |c: &trace::Candidate| matches!(c.fate, trace::Fate::Reported(_)) && c.span == scanned.matches[0].secret;
        assert!(trace.candidates.iter().any(kept), "{content:?}");
    }
}

/// A token in the ways that it may stand in a literal.
pub(crate) fn tricks(token: &str) -> Vec<String> {
    let (start, end) = token.split_at(12);
    let between = [
        "\u{200b}",
        "\u{200d}\u{feff}",
        "\u{ad}",
        "\u{202e}",
        "\u{fe0f}",
        "\u{1b}[31;1m",
        "\" + \"",
        "\"\n    \"",
        "\\\n",
        "\\\r\n",
    ];
    let mut tricks: Vec<String> = between.iter().map(|between| format!("{start}{between}{end}")).collect();
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c);
    tricks.push(token.chars().map(wide).collect());
    tricks.push(format!("{start}{}", end.chars().map(|c| format!("&#{};", u32::from(c))).collect::<String>()));
    tricks.push(format!("&#x67;{}", &token[1..]));
    tricks
}

#[test]
fn what_is_put_together_is_a_token_or_nothing() {
    let scanner = &*SCANNER;
    let (token, value) = (token(), made_up());
    for content in [
        format!("a = [\"{}\", \"{}\"]", &token[..12], &token[12..]),
        format!("a = \"{}\" + b + \"{}\"", &token[..12], &token[12..]),
        format!("pass\u{200b}word = \"{value}\""),
        format!("\u{ff50}assword = \"{value}\""),
        format!("<a title=\"pass&#119;ord = {value}\">"),
    ] {
        assert_eq!(ids(scanner, content.as_bytes(), "a.js"), [""; 0], "{content}");
    }
}

#[test]
fn one_report_for_what_can_be_read_twice() {
    let scanner = &*SCANNER;
    let pem = base64(filled("{pem:RSA PRIVATE KEY}"));
    let auth = base64(format!("robot:{}", made_up()));
    let config = base64(format!("{{\"auths\":{{\"r.contoso.net\":{{\"auth\":\"{auth}\"}}}}}}"));
    for content in [
        format!("client-key-data: {pem}\n"),
        format!("kind: Secret\ndata:\n  tls.key: {pem}\n"),
        format!("kind: Secret\ndata:\n  .dockerconfigjson: {config}\n"),
        format!("kind: Secret\ndata:\n  password: {}\n", base64(made_up().repeat(2))),
        format!("password = \"{}\" # \\u0041\n", made_up()),
        format!("a\u{200b}b \"{}\" &#65; \"x\" + \"y\"\n", token()),
    ] {
        let found = ids(scanner, content.as_bytes(), "a.yaml");
        assert_eq!(found.len(), 1, "{content}: {found:?}");
    }
}

#[test]
fn nothing_is_lost_in_a_huge_line() {
    let scanner = &*SCANNER;
    let token = token();
    let filler = "the quick brown fox jumps over it. ".repeat(3000);
    for at in [0, 24_570, 49_140, 65_530, filler.len()] {
        let plain = format!("{} {token} {}", &filler[..at], &filler[at..]);
        let escaped = plain.replace('_', "\\u005f").replace('.', "\\u002e");
        let encoded = plain.replace(' ', "+").replace('_', "%5F").replace('.', "%2E");
        for content in [base64(&plain), hex(&plain), escaped, encoded] {
            let content = format!("{filler}\"{content}\"{filler}");
            let found = ids(scanner, content.as_bytes(), "a.js");
            assert_eq!(found, ["github-pat"], "{at} {}", &content[filler.len()..filler.len() + 20]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn spans_lie_in_the_content_and_the_slow_way_agrees(
        parts in prop::collection::vec((0usize..15, "[ -~\\n]{0,40}", prop::collection::vec(any::<u8>(), 0..40)), 1..8),
    ) {
        let scanner = &*SCANNER;
        let text = format!("password: '{}' {}", made_up(), token());
        let mut content = Vec::new();
        for (kind, plain, bytes) in parts {
            match kind {
                0 => content.extend(base64(&text).into_bytes()),
                1 => content.extend(hex(&text).into_bytes()),
                2 => content.extend(percent(&text).into_bytes()),
                3 => content.extend(text.replace('_', "\\u005f").into_bytes()),
                4 => content.extend(base64(base64(&text)).into_bytes()),
                5 => content.extend(format!("\nkind: Secret\ndata:\n  password: {}\n", base64(made_up())).into_bytes()),
                6 => content.extend(base64(&bytes).into_bytes()),
                7 => content.extend(b"{\"kind\":\"Secret\",\"data\":{\"token\":\""),
                8 => content.extend(b"\\u00\\x\\%%3\\\"\\\": \\\"="),
                9 => content.extend(bytes),
                10 => content.extend(text.replace('_', "\u{ad}_").into_bytes()),
                11 => content.extend(text.replace('_', "&#95;").into_bytes()),
                12 => content.extend(format!("'{}' + '{}'", &text[29..40], &text[40..]).into_bytes()),
                13 => content.extend("\u{200b}&#&#x\u{1b}[\u{ff41}\"+'\\\n".as_bytes()),
                _ => content.extend(plain.into_bytes()),
            }
        }
        let subject = Subject { content: &content, path: b"a.yaml" };
        let quick = scanner.scan(subject, &mut Scratch::default());
        for m in &quick.matches {
            prop_assert!(m.secret.start <= m.secret.end && m.secret.end <= content.len());
            prop_assert!(m.whole.contains(m.secret) && m.whole.end <= content.len());
        }
        prop_assert_eq!(quick, scanner.scan_everywhere(subject, &mut Scratch::default()));
    }
}
