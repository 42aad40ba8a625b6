//! The forms in which people write secrets down, and what only looks like it.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;

/// Values no list of words holds, put together here so that no line of this file looks like a secret.
fn made_up() -> String {
    ["kX9v", "Q2mL", "7pR4", "tZ8w", "Hc3J", "b6Yd"].concat()
}

/// What the scanner reports in a text: the values.
fn found(scanner: &Scanner, text: &str, path: &str) -> Vec<String> {
    let scanned = scanner.scan(Subject { content: text.as_bytes(), path: path.as_bytes() }, &mut Scratch::default());
    let everywhere =
        scanner.scan_everywhere(Subject { content: text.as_bytes(), path: path.as_bytes() }, &mut Scratch::default());
    assert_eq!(scanned, everywhere, "{text}");
    scanned.matches.iter().map(|m| text[m.secret.start..m.secret.end].to_owned()).collect()
}

/// Templates with `§` for the value, each with the file it stands in.
const FORMS: &[(&str, &str)] = &[
    ("password = \"§\"", "a.py"),
    ("password='§'", "a.py"),
    ("def connect(user, password=\"§\"):", "a.py"),
    ("login(user=\"a\", password=\"§\")", "a.py"),
    ("if password == \"§\":", "a.py"),
    ("if (\"§\" == password) {", "a.java"),
    ("if ('§' === req.body.password && user) {", "a.js"),
    ("password: !!str §", "a.yaml"),
    ("password: !!str \"§\"", "a.yaml"),
    ("CREATE USER ops IDENTIFIED BY § DEFAULT TABLESPACE users;", "a.sql"),
    ("os.environ[\"DB_PASSWORD\"] = \"§\"", "a.py"),
    ("os.environ.get(\"DB_PASSWORD\", \"§\")", "a.py"),
    ("os.getenv('API_KEY', '§')", "a.py"),
    ("os.getenv('API_KEY') or '§'", "a.py"),
    ("process.env.API_KEY || '§'", "a.js"),
    ("process.env['API_KEY'] || '§'", "a.js"),
    ("ENV['SECRET_TOKEN'] || '§'", "a.rb"),
    ("ENV.fetch(\"SECRET_TOKEN\") { \"§\" }", "a.rb"),
    ("password = (\n    \"§\"\n)", "a.py"),
    ("password = \\\n    \"§\"", "a.py"),
    ("TOKEN = b'§'", "a.py"),
    ("headers = {\"Authorization\": \"Token §\"}", "a.py"),
    ("headers = {'X-Api-Key': '§'}", "a.py"),
    ("headers[\"Authorization\"] = \"Bearer §\"", "a.py"),
    ("req.Header.Set(\"Authorization\", \"Bearer §\")", "a.go"),
    ("req.Header.Add(\"X-Auth-Token\", \"§\")", "a.go"),
    ("const password = `§`", "a.ts"),
    ("private readonly apiKey: string = '§';", "a.ts"),
    ("let apiToken: &str = \"§\";", "a.rs"),
    ("pub const SECRET: &'static str = \"§\";", "a.rs"),
    ("var password string = \"§\"", "a.go"),
    ("Password: \"§\",", "a.go"),
    ("password := []byte(\"§\")", "a.go"),
    ("static final String PASSWORD = \"§\";", "a.java"),
    ("builder.setPassword(\"§\")", "a.java"),
    ("builder.password(\"§\")", "a.java"),
    ("props.put(\"db.password\", \"§\");", "a.java"),
    ("props.setProperty(\"password\", \"§\");", "a.java"),
    ("@Value(\"${db.password:§}\")", "A.java"),
    ("new NetworkCredential { UserName = \"a\", Password = \"§\" }", "a.cs"),
    ("[\"password\"] = \"§\"", "a.cs"),
    ("var token = @\"§\";", "a.cs"),
    ("$password = '§';", "a.php"),
    ("'password' => '§',", "a.php"),
    ("define('DB_PASSWORD', '§');", "wp-config.php"),
    ("define( 'AUTH_KEY', '§' );", "wp-config.php"),
    (":password => \"§\"", "a.rb"),
    ("password: '§'", "a.rb"),
    ("@api_token = '§'", "a.rb"),
    ("config.secret_key = '§'", "a.rb"),
    ("config :app, secret_key_base: \"§\"", "a.exs"),
    ("my $password = '§';", "a.pl"),
    ("password <- \"§\"", "a.r"),
    ("val apiKey = \"§\"", "a.kt"),
    ("\"password\" to \"§\"", "a.kt"),
    ("\"password\" -> \"§\"", "a.scala"),
    ("password = Some(\"§\")", "a.scala"),
    ("NSString *apiKey = @\"§\";", "a.m"),
    ("char password[] = \"§\";", "a.c"),
    ("static const char password[32] = \"§\";", "a.c"),
    ("#define WIFI_PASSWORD \"§\"", "a.h"),
    ("const char* wifiPassword = \"§\";", "a.ino"),
    ("password \"§\"", "build.gradle"),
    ("storePassword '§'", "build.gradle"),
    ("{\"password\": \"§\"}", "a.json"),
    ("{\"password\":\"§\"}", "a.json"),
    ("{\\\"password\\\":\\\"§\\\"}", "a.json"),
    ("{\"name\": \"DB_PASSWORD\", \"value\": \"§\"}", "a.json"),
    ("{\"key\": \"API_TOKEN\", \"value\": \"§\"}", "a.json"),
    ("password: §", "a.yaml"),
    ("password: \"§\"", "a.yaml"),
    ("password: § # rotate", "a.yaml"),
    ("  - DB_PASSWORD=§", "docker-compose.yml"),
    ("    DB_PASSWORD: §", "docker-compose.yml"),
    ("    - name: DB_PASSWORD\n      value: §", "deploy.yaml"),
    ("    - name: DB_PASSWORD\n      value: \"§\"", "deploy.yaml"),
    ("{user: svc, password: §}", "a.yaml"),
    ("api-key: '§'", "a.yml"),
    ("DB_PASSWORD=§", ".env"),
    ("export DB_PASSWORD=§", "a.sh"),
    ("export DB_PASSWORD=\"§\"", "a.sh"),
    ("DB_PASSWORD=§ ./run", "a.sh"),
    ("set DB_PASSWORD=§", "a.bat"),
    ("setx API_KEY §", "a.bat"),
    ("tool --password § --host x", "a.sh"),
    ("tool --password=§", "a.sh"),
    ("tool --api-key \"§\"", "a.sh"),
    ("tool -Password §", "a.ps1"),
    ("curl -u user:§ https://host.internal/", "a.sh"),
    ("curl -H 'Authorization: Bearer §' https://host.internal/", "a.sh"),
    ("curl -H \"X-Api-Key: §\" https://host.internal/", "a.sh"),
    ("mysql -uroot -p§ db", "a.sh"),
    ("mysql --user=root --password=§ db", "a.sh"),
    ("sshpass -p § ssh host", "a.sh"),
    ("openssl pkcs12 -in a -passin pass:§", "a.sh"),
    ("docker login -u me -p § registry.internal", "a.sh"),
    ("PGPASSWORD=§ psql", "a.sh"),
    ("ConvertTo-SecureString \"§\" -AsPlainText -Force", "a.ps1"),
    ("$pw = ConvertTo-SecureString -String '§' -AsPlainText -Force", "a.ps1"),
    ("$env:API_KEY = \"§\"", "a.ps1"),
    ("ENV DB_PASSWORD §", "Dockerfile"),
    ("ENV DB_PASSWORD=§", "Dockerfile"),
    ("ARG API_TOKEN=§", "Dockerfile"),
    ("password = \"§\"", "a.toml"),
    ("password = §", "a.ini"),
    ("password=§", "a.properties"),
    ("spring.datasource.password=§", "application.properties"),
    ("password §", "my.conf"),
    ("<password>§</password>", "a.xml"),
    ("<password>\n  §\n</password>", "a.xml"),
    ("<property name=\"password\" value=\"§\"/>", "a.xml"),
    ("<property name=\"password\">§</property>", "a.xml"),
    ("<add key=\"ApiKey\" value=\"§\" />", "web.config"),
    ("<entry key=\"password\">§</entry>", "a.xml"),
    ("<string name=\"api_key\">§</string>", "secrets.xml"),
    ("<key>apiToken</key>\n<string>§</string>", "a.plist"),
    ("<user name=\"a\" password=\"§\"/>", "tomcat-users.xml"),
    ("Data Source=x;User ID=sa;Password=§;", "a.config"),
    ("connectionString=\"Server=x;Database=y;User Id=sa;Password=§;Encrypt=true\"", "a.config"),
    ("\"Server=x;Uid=sa;Pwd=§;\"", "a.cs"),
    ("jdbc:mysql://h:3306/d?user=a&password=§", "a.properties"),
    ("\"jdbc:mysql://h:3306/d?user=a&password=§\"", "a.java"),
    ("postgres://app:§@db.internal:5432/x", "a.txt"),
    ("\"mongodb+srv://app:§@cluster.internal/x\"", "a.js"),
    ("amqp://app:§@mq.internal", "a.yaml"),
    ("https://app:§@git.internal/x.git", "a.sh"),
    ("CREATE USER app IDENTIFIED BY '§';", "a.sql"),
    ("ALTER ROLE app WITH PASSWORD '§';", "a.sql"),
    ("CREATE LOGIN app WITH PASSWORD = '§';", "a.sql"),
    ("variable \"db_password\" {\n  default = \"§\"\n}", "a.tf"),
    ("  password = \"§\"", "a.tf"),
    ("  --set auth.password=§ \\", "a.md"),
    ("helm install --set postgresqlPassword=§ x", "a.md"),
    ("https://api.internal/x?api_key=§&limit=1", "a.md"),
    ("'https://api.internal/x?token=§'", "a.js"),
    ("// password: §", "a.js"),
    ("# the admin password is §", "a.py"),
    ("The password is §.", "a.md"),
    ("Password: §", "a.md"),
    ("- **Password**: §", "a.md"),
    ("- Password: `§`", "a.md"),
    ("| password | § |", "a.md"),
    ("| api_key | `§` |", "a.md"),
    ("user/password: admin / §", "a.md"),
    ("login / password : admin / §", "a.md"),
    ("machine h login me password §", "netrc.txt"),
    ("requirepass §", "redis.conf"),
    ("_authToken=§", "a.npmrc"),
    ("//registry.internal/:_authToken=§", ".npmrc"),
    ("client_secret: §", "a.yaml"),
    ("clientSecret=§", "a.properties"),
    ("\"aws_secret_access_key\": \"§\"", "a.json"),
    ("login(\"admin\", \"§\")", "a.py"),
    ("new BasicAWSCredentials(\"a\", \"§\")", "a.java"),
    ("HTTPBasicAuth('admin', '§')", "a.py"),
    ("auth=('admin', '§')", "a.py"),
    ("auth: { user: 'a', pass: '§' }", "a.js"),
    ("passwords = [\"§\"]", "a.py"),
    ("password = \"\" + \"§\"", "a.js"),
    ("password = \"§\" + suffix", "a.js"),
    ("password = isProd ? get() : \"§\"", "a.js"),
    ("String password = System.getenv(\"X\") != null ? x : \"§\";", "a.java"),
    ("password: >-\n    §", "a.yaml"),
    ("  secret: |\n    §\n", "a.yaml"),
    ("- {name: DB_PASSWORD, value: §}", "a.yaml"),
    ("args:\n  - --password\n  - §", "a.yaml"),
    ("- \"--password\"\n- \"§\"", "a.yaml"),
    ("password: <%= ENV[\"X\"] || \"§\" %>", "database.yml"),
    ("password={{ p | default(\"§\") }}", "a.j2"),
    ("<Password Value=\"§\" Encrypted=\"false\"/>", "a.xml"),
    ("<password><![CDATA[§]]></password>", "a.xml"),
    ("<wsse:Password Type=\"x\">§</wsse:Password>", "a.xml"),
    ("Dim password As String = \"§\"", "a.vb"),
    ("public string Password { get; set; } = \"§\";", "a.cs"),
    ("$conf{passwd} = \"§\";", "a.pl"),
    ("{password, \"§\"}", "a.erl"),
    ("set thePassword to \"§\"", "a.applescript"),
    ("Log in as `ops` with the password `§`.", "a.md"),
    ("\"adminPassword\": {\"type\": \"securestring\", \"defaultValue\": \"§\"}", "a.json"),
    ("\"storageKey\": {\n  \"value\": \"§\"\n}", "a.parameters.json"),
    ("INSERT INTO `users` (`id`, `password`, `name`) VALUES (1, '§', 'a');", "a.sql"),
    ("insert into users (name, password)\nvalues ('O\\'Neill, (jr)', '§');", "a.sql"),
    ("- name: serviceBusKey\n  value: '§'", "azure-pipelines.yml"),
    ("param serviceBusKey string = '§'", "main.bicep"),
    ("'§' | ConvertTo-SecureString -AsPlainText -Force", "a.ps1"),
    ("basic_auth \"ops\", \"§\"", "a.rb"),
    ("new PDO('mysql:host=db', 'root', '§');", "a.php"),
    ("dsn := \"app:§@tcp(db:3306)/shop\"", "a.go"),
    ("jwt.sign({ id: 1 }, \"§\", { expiresIn: \"1d\" })", "a.js"),
    ("echo \"§\" | docker login -u ops --password-stdin", "a.sh"),
    ("TOKEN=\"${TOKEN:-§}\"", "a.sh"),
];

#[test]
fn forms_are_read() {
    let scanner = Scanner::new(RuleSet::builtin());
    let missed: Vec<String> = FORMS
        .iter()
        .map(|(form, path)| (form.replace('§', &made_up()), form, path))
        .filter(|(text, _, path)| !found(&scanner, text, path).contains(&made_up()))
        .map(|(text, form, path)| format!("{path}: {form} gives {:?}", found(&scanner, &text, path)))
        .collect();
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), FORMS.len(), missed.join("\n"));
}

/// What is no secret, whatever its name; `§` is random.
const OTHERS: &[(&str, &str)] = &[
    ("password = getPassword()", "a.py"),
    ("password = config.database.password", "a.py"),
    ("password = os.environ['DB_PASSWORD']", "a.py"),
    ("password = args.password or prompt('Password: ')", "a.py"),
    ("password: ${DB_PASSWORD}", "a.yaml"),
    ("password: ${{ secrets.DB_PASSWORD }}", "a.yaml"),
    ("password: {{ .Values.password }}", "a.yaml"),
    ("password: $(DB_PASSWORD)", "azure-pipelines.yml"),
    ("password: %(DB_PASSWORD)s", "a.ini"),
    ("password: '@DB_PASSWORD@'", "a.yaml"),
    ("password: ###DB_PASSWORD###", "a.yaml"),
    ("password: changeme", "a.yaml"),
    ("password: <your-password>", "a.yaml"),
    ("password: \"xxxxxxxxxxxx\"", "a.yaml"),
    ("password: \"********\"", "a.yaml"),
    ("password = \"test123\"", "a.py"),
    ("password = \"Passw0rd!\"", "a.py"),
    ("\"password\": \"Your password must be longer\"", "en.json"),
    ("\"password\": \"Kennwort\"", "de.json"),
    ("\"passwordHint\": \"§\"", "a.json"),
    ("password_file = /run/secrets/§", "a.ini"),
    ("passwordHash: \"§\"", "a.yaml"),
    ("password: \"$2b$12$§\"", "a.yaml"),
    ("password: ENC(§)", "a.properties"),
    ("password: ENC[AES256_GCM,data:§]", "a.yaml"),
    ("password: vault:secret/data/app#password", "a.yaml"),
    ("password: op://vault/item/password", "a.yaml"),
    ("password: arn:aws:secretsmanager:eu-west-1:1:secret:app", "a.yaml"),
    ("password: @Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/y)", "a.yaml"),
    ("password = EncryptedPassword(value)", "a.java"),
    ("password: String,", "a.rs"),
    ("password?: string;", "a.ts"),
    ("char *password = NULL;", "a.c"),
    ("password = \"%s\"", "a.c"),
    ("printf(\"password: %08x\", p);", "a.c"),
    ("<input type=\"password\" value=\"§\">", "a.html"),
    ("<label for=\"password\">Passwort</label>", "a.html"),
    ("readFile('/etc/passwd', 'utf8')", "a.js"),
    ("password.decode(\"UTF-8\")", "a.py"),
    ("hash_password(\"password\", \"§\")", "a.py"),
    ("token_type = \"§\"", "a.py"),
    ("next_page_token = \"§\"", "a.py"),
    ("tokenizer = \"bert-base-uncased\"", "a.py"),
    ("pad_token = \"<pad>\"", "a.py"),
    ("primary_key = \"§\"", "a.py"),
    ("public_key = \"§\"", "a.py"),
    ("key = \"user.settings.theme\"", "a.py"),
    ("cache_key = \"§\"", "a.py"),
    ("secret: my-app-credentials", "a.yaml"),
    ("secretName: app-tls-§", "a.yaml"),
    ("api_key = settings.API_KEY", "a.py"),
    ("apiKey: process.env.API_KEY,", "a.js"),
    ("secret_color = \"#a1b2c3\"", "a.css"),
    ("\"token\": \"2024-01-02T03:04:05Z\"", "a.json"),
    ("token: https://auth.internal/token", "a.yaml"),
    ("\"integrity\": \"sha512-§\"", "package-lock.json"),
    ("\"key\": \"§\"", "package-lock.json"),
    ("auth: 'YWRtaW46YWRtaW4='", "a.js"),
    ("badge.svg?token=ABCDEFGHIJ", "README.md"),
    ("public_key: \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE§\"", "a.json"),
    ("password = password.encode(\"utf-8\")", "a.py"),
    ("IDENTIFIED BY '\u{5bc6}\u{7801}';", "a.sql"),
    ("mongodump -u \u{7528} -p \u{5bc6}\u{7801} -d app", "README.md"),
    ("https://docs.google.com/document/d/1a/edit?resourcekey=0-§", "a.md"),
    ("\"resume_token\": \"§\"", "a.json"),
    ("token = \"Zx1B7pR4...\"", "a.py"),
    ("\"reauth\": \"pyu2f>=0.1.5\",", "setup.py"),
    ("auth: 'aXNhYWNzOm5vdCBteSByZWFsIHBhc3N3b3Jk',", "README.md"),
    (" * vf_token=bd8d9d2b-5a5f-4f5a-a211-f591514ba1f3", "a.c"),
    ("\"refresh_token\":\"tGzv3JOkF0XG5Qx2TlKWIA\",", "a.py"),
    ("Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20110909/x, SignedHeaders=date;host, Signature=§", "a.py"),
    ("password: '{cipher}§'", "a.yaml"),
    ("publishable_key = \"pk_test_§\"", "a.py"),
    ("credentialPublicKey = \"§\"", "a.js"),
    ("BeeTokenAddress = \"§\"", "a.ts"),
    ("ids[token] = \"§\"", "a.go"),
    ("<string>onepassword</string>\n<string>§</string>", "Info.plist"),
    ("<input type=\"hidden\" name=\"authenticity_token\" value=\"§\">", "a.html"),
    ("INSERT INTO users (name, password) VALUES ('a', '0123456789abcdeffedcba9876543210');", "a.sql"),
    ("f(password, value=\"§\")", "a.py"),
    ("import { password, other } from \"§\"", "a.ts"),
    ("password: >\n", "a.yaml"),
    ("generate -package mysql -properties \"§\"", "a.go"),
];

#[test]
fn others_are_let_alone() {
    let scanner = Scanner::new(RuleSet::builtin());
    let wrong: Vec<String> = OTHERS
        .iter()
        .map(|(form, path)| (found(&scanner, &form.replace('§', &made_up()), path), form, path))
        .filter(|(values, ..)| !values.is_empty())
        .map(|(values, form, path)| format!("{path}: {form} gives {values:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), OTHERS.len(), wrong.join("\n"));
}

/// Values that all the world knows, under names of secrets: the rule that knows their form silences those that go by names.
#[test]
fn published_values_are_no_secrets_under_any_name() {
    let scanner = Scanner::new(RuleSet::builtin());
    let long = made_up().repeat(4)[..75].to_owned();
    let (azurite, cosmos) = (format!("Eby8vdM02{long}/w=="), format!("C2y6yDjf5{long}/w=="));
    let stripe = ["sk_test_4eC39", "HqLyjWDarjtT1zdp7dc"].concat();
    let wallet = ["ac0974bec39a17e36ba", "4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"].concat();
    let mapbox = ["pk.eyJ1Ijoi", &made_up(), ".", &made_up()[..22]].concat();
    let recaptcha = ["6LeIxAcTAAAAAGG-", "vFI1TnRWxMZNFuojJ4WifJWe"].concat();
    for value in [&azurite, &cosmos, &stripe, &wallet, &mapbox, &recaptcha] {
        for (name, path) in [("account_key", "a.py"), ("secret_key", "a.py"), ("private_key", "a.yaml"), ("api_token", "a.py")] {
            let text = format!("{name}: \"{value}\"\nother_{name} = \"{}\"\n", made_up());
            assert_eq!(found(&scanner, &text, path), [made_up()], "{name} {}", &value[..9]);
        }
        assert_eq!(found(&scanner, &format!("MY_ACCOUNT_KEY={value}\n"), ".env").len(), 0, "{}", &value[..9]);
    }
}
