//! What values are worth: random ones with an accident in them, weak ones, public ones, and what only looks like one.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;
use nospill::types::rule::Confidence;

/// What the scanner makes of a text: the values with what each is worth.
fn found(scanner: &Scanner, text: &[u8], path: &str) -> Vec<(Vec<u8>, Confidence)> {
    let subject = Subject { content: text, path: path.as_bytes() };
    let scanned = scanner.scan(subject, &mut Scratch::default());
    assert_eq!(scanned, scanner.scan_everywhere(subject, &mut Scratch::default()), "{path}");
    scanned.matches.iter().map(|m| (text[m.secret.start..m.secret.end].to_owned(), m.confidence)).collect()
}

/// Random values with a piece that formats, patterns, templates, code and documentation have. Joined here, so that no line of this
/// file looks like a secret.
const ACCIDENTS: &[[&str; 3]] = &[
    ["k9Xq", "%d", "2LmT8wZr"],
    ["TQ", "%x", "m9Lc4bWz"],
    ["wZ3", "%[1]s", "k9Xq2LmT"],
    ["", "^", "k9Xq2LmT8wZr7"],
    ["", "0x", "X50wACcTeohNGw"],
    ["", "$", "Kq8vTz2mLw9pQ"],
    ["k9Xq", "=>", "2LmT8wZr7"],
    ["k9Xq", "::", "2LmT8wZr7"],
    ["k9Xq2", "()", "LmT8wZr7"],
    ["k9Xq", "{2LmT}", "8wZr7"],
    ["wS5q", "${", "LmT8Zr7k"],
    ["wS5q", "#{", "LmT8Zr7k"],
    ["<k9Xq", "2LmT8", "wZr7>"],
    ["k9Xq", "ü", "2LmT8wZr7"],
    ["k9Xq", "€", "2LmT8wZr7"],
    ["", "ключ", "9Xq2LmT8w"],
    ["8snt5rlIlHIr4EZ5WL2OJm2BysR", "example", "BgfYgcWWJPlgaAhdim2XT8g"],
    ["8snt5rlIlHIr4EZ5WL2OJm2BysR", "todo", "BgfYgcWWJPlgaAhdim2XT8gw"],
    ["8snt5rlIlHIr4EZ5WL2OJm2BysR", "xxxxx", "BgfYgcWWJPlgaAhdim2XT8g"],
    ["Qz7", "......", ".........."],
];

#[test]
fn the_rest_of_a_value_outweighs_an_accident() {
    let scanner = Scanner::new(RuleSet::builtin());
    for value in ACCIDENTS.iter().map(|parts| parts.concat()) {
        for (form, path) in [
            ("password: '§'", "values.yaml"),
            ("{\"password\": \"§\"}", "config.json"),
            ("db_password = '§'", "settings.py"),
            ("<add key=\"Password\" value=\"§\"/>", "app.config"),
        ] {
            let text = form.replace('§', &value);
            let whole = vec![(value.clone().into_bytes(), Confidence::Medium)];
            assert_eq!(found(&scanner, text.as_bytes(), path), whole, "{text}");
        }
    }
    let latin = [&b"password = "[..], b"'k9Xq", b"\xfc", b"2LmT8wZr7'"].concat();
    assert_eq!(found(&scanner, &latin, "settings.py").len(), 1);
}

/// Values that are none, whatever their names; `§` is hex digits.
const NONE: &[(&str, &str)] = &[
    ("password = \"%s-%[2]d-%08x\"", "a.py"),
    ("password = \"prefix-${NAME}-suffix\"", "a.py"),
    ("password = \"`$env:NAME\"", "a.ps1"),
    ("password: @ESX1_PASSWORD", "a.ini"),
    ("password: @@PASSWORD@@", "a.ini"),
    ("  REDIS_PASSWORD: ${REDIS_PASSWORD:?err}", "docker-compose.yml"),
    ("  REDIS_PASSWORD: ${REDIS_PASSWORD:+yes}", "docker-compose.yml"),
    ("password: '^[a-zA-Z0-9]{8,}$'", "a.yaml"),
    ("{\"password\": \"\\u0627\\u0644\\u0645\\u0631\\u0648\\u0631\"}", "a.json"),
    ("env.put(\"a\", \"key=G%C3%B6rl%C3%BCtz\");", "A.java"),
    ("{\"password\": \"Neues Passwort wählen\"}", "a.json"),
    ("#define LOG_SECRET_BEGIN \"\\033[5m\"", "a.h"),
    ("secret = 'zyxwvutsrqponmlkzyxwvutsrqponmlk'", "a.py"),
    ("token = 'a1b2c3d4'", "a.py"),
    ("token = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'", "a.py"),
    ("token = '550e8400-e29b-41d4-a716-446655440001'", "a.py"),
    ("token = 'eyJ0eXAi'", "a.py"),
    ("token = '0x52908400098527886E0F7030069857D2E4169EE7'", "a.py"),
    ("token: org.acme.shop.Node@4fc032ab", "a.log"),
    ("{'Authorization': 'Basic YWRtaW46'}", "a.py"),
    ("dest[\"QCLOUD_SSH_KEY\"] = tf.QCloudSSHKey", "a.go"),
    ("h = {\"Sec-WebSocket-Key\": \"Ce4XEhI6Z93rK3izDxK4DQ==\"}", "a.py"),
    ("# SSH_AUTH_SOCK=/tmp/ssh-mOT7wuPjk3Kn/agent.31877", "a.sh"),
    ("MovedAttribute(\"HTTPPasswordMgrWithDefaultRealm\", \"urllib2\", \"urllib.request\")", "a.py"),
    ("tr.setInput('dockerEndpointForSecrets', 'AcmeRMSpn');", "a.ts"),
    (concat!("var disallowed = []string{\"abc@123\", \"Password!\", \"Password22\", ", "\"ihateyou!\"}"), "a.go"),
    ("val nexusPassword: String? by project", "build.gradle.kts"),
    ("https://user:mockPrimaryKey@acme.io", "a.ts"),
    ("https://$shop:DEMO_SITE_DEPLOY_PASSWORD@shop.scm.azurewebsites.net", "a.ts"),
    ("GET http://gateway-2:8080,org.acme.shop.Node@4fc032ab failed", "a.log"),
    ("Write to https://mailto:ann.smith@acme-shop.org", "a.md"),
    ("curl https://host:443@acme-shop.org/x", "a.sh"),
    ("enum Region { EUROPE, ASIAANDPACIFICREGION, AMERICAS }", "A.java"),
    // Look-ups.
    ("{\"key\": \"uploads/2024/§.png\", \"thumbnailKey\": \"§\", \"bucket_key\": \"§\"}", "a.json"),
    (
        "msg=\"Removing target\" key=\"/var/log/pods/*1462fc87-4d02-4cd6-958a-31677a1a71af/shop/*.log:{app=\\\"shop\\\"}\"",
        "a.log",
    ),
    ("PROMPT = '[sudo via tool, key=uvwqhhakvyfmyymlvrcuwtlrfhtbpnad] password: '", "a.py"),
    ("{key: \"tenantName/2:20b2bed5:b2355a35:c8f4c6a3\"},", "a.go"),
    ("- save_cache:\n    key: §", "config.yml"),
    ("<li key=\"§\">x</li>", "a.jsx"),
    ("  checksum/secret: §", "pod.yaml"),
    ("'password' => ['required', 'confirmed', 'max:72', Rules\\Password::defaults()],", "A.php"),
    ("'password_ldap' => 'crwdns1889:0crwdne1889:0',", "a.php"),
    ("'§' => 'Mae cyfrinair hwnnw rhy gyffredin.',", "lang/cy/validation.php"),
    ("const SecretLoaded = \"AZFD0012\";", "A.cs"),
    ("AuthWithPassword = \"AuthWithPassword\"", "a.go"),
    ("const hwScaleFirstPass = \"scale_hw=format=bgra:afbc=1\"", "a.cs"),
    ("throw\"wrong hex password: \"+n.hex;t=n.hex}if(void 0!==n.utf8&&(t=er(n.utf8)),u=\"a\"", "bundle.js"),
    ("<mxCell value=\"&lt;b&gt;Store&lt;/b&gt;key=password\" style=\"a\"/>", "a.drawio"),
    ("salted_password = pbkdf2_hmac('sha256', to_bytes(password), salt, it)", "a.py"),
    ("PASSWORD(\"^ACME-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}$\")", "A.java"),
    ("kind: Secret\ndata:\n  token: BASE64_TOKEN_PLACEHOLDER\n  other: BASE64-TOKEN-VALUE-PLACEHOLDER\n", "a.yaml"),
    ("url: postgresql://shop:SECRET[store.database_password]@db:5432/shop", "a.yaml"),
    // Weak passwords in tests and manuals, and what stands for one anywhere.
    ("password: changeme", "values.yaml"),
];

#[test]
fn what_is_none_is_let_alone() {
    let scanner = Scanner::new(RuleSet::builtin());
    let digits = ["c17bab6a01898f97", "ac27a8ebfff1c03b", "5d83a62e"].concat();
    for (form, path) in NONE {
        let fill = if path.starts_with("lang/") { "weak_password" } else { &digits };
        let text = form.replace('§', fill);
        assert_eq!(found(&scanner, text.as_bytes(), path), [], "{text}");
    }
    let unsigned = ["eyJhbGciOiJub25lIn0", "eyJzdWIiOiIxMjM0NSIsIm5hbWUiOiJKb2huIn0", ""].join(".");
    assert_eq!(found(&scanner, format!("token = '{unsigned}'").as_bytes(), "a.py"), []);
}

/// Weak passwords that are set where something is set up: with what each is worth there.
#[test]
fn weak_passwords_count_where_something_is_set_up() {
    let scanner = Scanner::new(RuleSet::builtin());
    let dressed = ["Pass", "@word", "7"].concat();
    let sentence = ["Drei", "Kalte", "Gurken", "MitSenf!"].concat();
    let words = ["anchor", "violet", "trumpet", "gravel", "meadow", "salute"].join(" ");
    let own = ["webshop", "password"].join("_");
    for (value, form, path, worth) in [
        (&dressed, "      - MSSQL_SA_PASSWORD=§", "docker-compose.prod.yml", Confidence::Medium),
        (&dressed, "\"Shop\": \"Server=db;User Id=sa;Password=§;Encrypt=false\"", "appsettings.json", Confidence::Medium),
        (&dressed, "admin_password = \"§\"", "main.tf", Confidence::Medium),
        (&dressed, "param adminPassword string = '§'", "main.bicep", Confidence::Medium),
        (&sentence, "  password: '§'", "users.yml", Confidence::Medium),
        (&words, "  password: '§'", "users.yml", Confidence::Medium),
        (&own, "      - POSTGRES_PASSWORD=§", "docker-compose.yml", Confidence::Medium),
        (&own, "  password: §", "values.yaml", Confidence::Low),
        (&words.replace(' ', "-"), "  password: §", "values.yaml", Confidence::Low),
    ] {
        let text = form.replace('§', value);
        assert_eq!(found(&scanner, text.as_bytes(), path), [(value.clone().into_bytes(), worth)], "{text}");
        for folder in ["tests", "docs", "samples", "locales/en"] {
            assert_eq!(found(&scanner, text.as_bytes(), &format!("{folder}/{path}")), [], "{folder}: {text}");
        }
    }
}

/// Values that every browser is given are worth a look at most, and others of these services block.
#[test]
fn public_values_are_lowered() {
    let scanner = Scanner::new(RuleSet::builtin());
    let hex = ["c09e149c350d773d", "772aca44c013c0e9"].concat();
    let site = ["6LmYWs57967Ysw", "_cTCkQkgc1cJ1toQuP9EUgDrEe"].concat();
    for (form, worth) in [
        ("algolia: { appId: '3YIPMVNVMQ', apiKey: '§', indexName: 'docs' }", Confidence::Low),
        ("algolia: { appId: '3YIPMVNVMQ', adminApiKey: '§', indexName: 'docs' }", Confidence::Medium),
        ("Bugsnag.start({ apiKey: '§' })", Confidence::Low),
        ("<script src=\"x\" data-key=\"§\"></script>", Confidence::Low),
        ("shop.start({ apiKey: '§' })", Confidence::Medium),
    ] {
        let text = form.replace('§', &hex);
        assert_eq!(found(&scanner, text.as_bytes(), "a.js"), [(hex.clone().into_bytes(), worth)], "{text}");
    }
    let worths = |text: String| found(&scanner, text.as_bytes(), "a.js").into_iter().map(|(_, worth)| worth).collect::<Vec<_>>();
    assert_eq!(worths(format!("new Echo({{ broadcaster: 'pusher', key: '{}', cluster: 'eu' }})", &hex[..20])), [Confidence::Low]);
    assert_eq!(worths(format!("captcha_site_key = '{site}'")), []);
    assert_eq!(worths(format!("captcha_secret_key = '{site}'")), [Confidence::Medium]);
    let browser = ["NRJS-", &hex[..19]].concat();
    assert_eq!(worths(format!("NREUM.info={{licenseKey:\"{browser}\"}}")), [Confidence::Low]);
}
