//! Files that programs keep their secrets in: each as the program writes it, with a value made here, which must be found.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::paths::{LowerPath, PathRules};
use nospill::rules::ruleset::RuleSet;
use nospill::rules::template::{Random, fill};

/// A password that somebody chose.
const CHOSEN: &str = "{lower:5}{digit:3}{upper:4}";
/// What a machine drew.
const DRAWN: &str = "{alnum:24}";
const HEX: &str = "{hex:32}";

/// Path, text with `§` for the value, value.
const FILES: &[(&str, &str, &str)] = &[
    (
        "recentservers.xml",
        "<Server>\n<Host>ftp.acme.dev</Host>\n<User>ops</User>\n<Pass encoding=\"base64\">§</Pass>\n</Server>",
        "{base64:{alnum:12}}",
    ),
    ("sitemanager.xml", "<Server><Host>ftp.acme.dev</Host><User>ops</User><Pass>§</Pass></Server>", CHOSEN),
    (".config/filezilla/filezilla.xml", "<Setting name=\"FTP Proxy password\">§</Setting>", CHOSEN),
    (".esmtprc", "hostname = smtp.acme.dev:587\nusername = \"ops@acme.dev\"\npassword = \"§\"\n", CHOSEN),
    ("esmtprc", "username=ops\npassword=§\n", CHOSEN),
    ("proftpdpasswd", "ops:§:1001:1001::/srv/ftp:/bin/false\n", "$1${alnum:8}${alnum:22}"),
    (".remote-sync.json", "{\n  \"hostname\": \"acme.dev\",\n  \"username\": \"ops\",\n  \"password\": \"§\"\n}", CHOSEN),
    (
        "sftp-config.json",
        "{\n    // sftp, ftp or ftps\n    \"type\": \"sftp\",\n    \"user\": \"ops\",\n    \"password\": \"§\",\n}",
        CHOSEN,
    ),
    (".vscode/sftp.json", "{\"host\": \"acme.dev\", \"username\": \"ops\", \"password\": \"§\"}", CHOSEN),
    (".ftpconfig", "{\"protocol\": \"ftp\", \"user\": \"ops\", \"pass\": \"§\", \"promptForPass\": false}", CHOSEN),
    ("deployment-config.json", "{\"type\": \"ftp\", \"user\": \"ops\", \"password\": \"§\", \"remotePath\": \"/\"}", CHOSEN),
    (".idea/WebServers.xml", "<fileTransfer host=\"acme.dev\" port=\"21\" username=\"ops\" password=\"§\" />", CHOSEN),
    ("ventrilo_srv.ini", "[Server]\nName=Acme\nAdminPassword=§\nPassword=\n", CHOSEN),
    (
        ".irssi/config",
        "servers = (\n  { address = \"irc.acme.dev\"; chatnet = \"acme\"; port = \"6697\"; password = \"§\"; }\n);",
        CHOSEN,
    ),
    (".weechat/irc.conf", "[server]\nacme.sasl_username = \"ops\"\nacme.sasl_password = \"§\"\n", CHOSEN),
    (".xchat2/servlist_.conf", "N=acme\nI=ops\nB=§\nF=19\n", CHOSEN),
    ("hexchat/servlist.conf", "N=acme\nI=ops\nP=§\nF=19\n", CHOSEN),
    (".dbeaver/credentials-config.json", "{\"mysql8-1\":{\"#connection\":{\"user\":\"ops\",\"password\":\"§\"}}}", CHOSEN),
    (".s3cfg", "[default]\naccess_key = ops\nsecret_key = §\n", "{b64:40}"),
    (".boto", "[Credentials]\ngs_secret_access_key = §\n", "{b64:40}"),
    (".muttrc", "set imap_user = \"ops@acme.dev\"\nset imap_pass = \"§\"\n", CHOSEN),
    ("muttrc", "set smtp_pass=§\n", CHOSEN),
    (".msmtprc", "account acme\nhost smtp.acme.dev\nuser ops\npassword §\n", CHOSEN),
    (".fetchmailrc", "poll imap.acme.dev protocol IMAP\n  user \"ops\" password \"§\"\n", CHOSEN),
    (".fetchmailrc", "poll imap.acme.dev proto imap user ops password § is ops here\n", CHOSEN),
    (".mbsyncrc", "IMAPAccount acme\nHost imap.acme.dev\nUser ops\nPass §\n", CHOSEN),
    (".offlineimaprc", "[Repository acme]\nremoteuser = ops\nremotepass = §\n", CHOSEN),
    ("sasl_passwd", "[smtp.acme.dev]:587 ops@acme.dev:§\n", CHOSEN),
    (".config/hub", "github.com:\n- user: ops\n  oauth_token: §\n  protocol: https\n", "{hex:40}"),
    (".config/doctl/config.yaml", "access-token: §\napi-url: \"\"\n", "{hex:64}"),
    (".terraformrc", "credentials \"app.terraform.io\" {\n  token = \"§\"\n}\n", "{alnum:14}.atlasv1.{alnum:67}"),
    (".vault-token", "§", "hvs.{alnum:24}"),
    ("robomongo.json", "{\"credentials\": [{\"userName\": \"ops\", \"userPassword\": \"§\"}]}", CHOSEN),
    ("WinSCP.ini", "[Sessions\\ops@acme.dev]\nHostName=acme.dev\nUserName=ops\nPassword=§\n", "A35C{hexup:60}"),
    (
        ".purple/accounts.xml",
        "<account>\n<protocol>prpl-jabber</protocol>\n<name>ops@acme.dev</name>\n<password>§</password>\n</account>",
        CHOSEN,
    ),
    ("heroku.json", "{\"HEROKU_API_KEY\": \"§\"}", "{uuid}"),
    (".cargo/credentials.toml", "[registry]\ntoken = \"§\"\n", "cio{alnum:32}"),
    (".cargo/credentials", "[registries.acme]\ntoken = \"§\"\n", DRAWN),
    (".gem/credentials", "---\n:rubygems_api_key: §\n", "rubygems_{hex:48}"),
    ("auth.json", "{\"http-basic\": {\"repo.acme.dev\": {\"username\": \"ops\", \"password\": \"§\"}}}", CHOSEN),
    ("auth.json", "{\"github-oauth\": {\"github.com\": \"§\"}}", "{hex:40}"),
    (
        "nuget.config",
        "<packageSourceCredentials><acme><add key=\"Username\" value=\"ops\" /><add key=\"ClearTextPassword\" value=\"§\" /></acme></packageSourceCredentials>",
        CHOSEN,
    ),
    ("gradle.properties", "signing.keyId=24875D73\nsigning.password=§\nossrhPassword=x\n", CHOSEN),
    (".m2/settings.xml", "<server>\n<id>acme</id>\n<username>ops</username>\n<password>§</password>\n</server>", CHOSEN),
    (".git-credentials", "https://ops:§@git.acme.dev\n", DRAWN),
    (".netrc", "machine api.acme.dev\n  login ops\n  password §\n", CHOSEN),
    (".netrc", "machine api.acme.dev login ops password §\n", CHOSEN),
    (".pgpass", "db.acme.dev:5432:app:ops:§\n", CHOSEN),
    (".pg_service.conf", "[app]\nhost=db.acme.dev\nuser=ops\npassword=§\n", CHOSEN),
    (".my.cnf", "[client]\nuser=ops\npassword=§\n", CHOSEN),
    (".my.cnf", "[client]\nuser = ops\npassword = \"§\"\n", CHOSEN),
    ("wp-config.php", "define( 'DB_PASSWORD', '§' );", CHOSEN),
    ("wp-config.php", "define('AUTH_KEY',         '§');", "{alnum:20}!{alnum:20}&{alnum:22}"),
    ("settings.py", "DATABASES = {'default': {'USER': 'ops', 'PASSWORD': '§', 'HOST': 'db'}}", CHOSEN),
    ("settings.py", "SECRET_KEY = '§'", "{chars:abcdefghijkmnopqrstuvwxyz0123456789!@^&*(-_=+):50}"),
    ("config/database.yml", "production:\n  adapter: mysql2\n  username: ops\n  password: §\n", CHOSEN),
    ("config/secrets.yml", "production:\n  secret_key_base: §\n", "{hex:128}"),
    ("etc/shadow", "root:§:19000:0:99999:7:::\n", "$6${alnum:16}${alnum:86}"),
    ("etc/shadow", "ops:§:19000:0:99999:7:::\n", "$y$j9T${alnum:22}${alnum:43}"),
    (".htpasswd", "ops:§\n", "$apr1${alnum:8}${alnum:22}"),
    (".htpasswd", "ops:§\n", "$2y$05${alnum:53}"),
    ("htpasswd", "ops:{SHA}§\n", "{base64:{bytes:20}}"),
    (".kube/config", "users:\n- name: ops\n  user:\n    token: §\n", DRAWN),
    ("kubeconfig", "users:\n- name: ops\n  user:\n    client-key-data: §\n", "{base64:{pem:RSA PRIVATE KEY}}"),
    ("kubeconfig", "users:\n- name: ops\n  user:\n    username: admin\n    password: §\n", CHOSEN),
    (
        "terraform.tfstate",
        "{\"resources\": [{\"type\": \"aws_db_instance\", \"instances\": [{\"attributes\": {\"password\": \"§\", \"port\": 5432}}]}]}",
        CHOSEN,
    ),
    (
        "terraform.tfstate",
        "{\"type\": \"random_password\", \"instances\": [{\"attributes\": {\"bcrypt_hash\": \"x\", \"length\": 16, \"result\": \"§\"}}]}",
        "{alnum:16}",
    ),
    ("prod.tfvars", "db_password = \"§\"\n", CHOSEN),
    ("dump.sql", "CREATE USER 'ops'@'%' IDENTIFIED BY '§';\n", CHOSEN),
    ("dump.sql", "CREATE ROLE ops;\nALTER ROLE ops WITH LOGIN PASSWORD '§';\n", CHOSEN),
    (".env", "DB_PASSWORD=§\n", CHOSEN),
    (".env.production", "export SESSION_SECRET='§'\n", DRAWN),
    ("prod.env", "REDIS_PASS=§\n", CHOSEN),
    (".envrc", "export API_TOKEN=§\n", DRAWN),
    (".npmrc", "//registry.acme.dev/:_authToken=§\n", "{uuid}"),
    (".npmrc", "_auth=§\n", "{base64:ops:{alnum:12}}"),
    (".pypirc", "[pypi]\nusername = ops\npassword = §\n", CHOSEN),
    ("pip.conf", "[global]\nindex-url = https://ops:§@pypi.acme.dev/simple\n", DRAWN),
    (".yarnrc.yml", "npmRegistries:\n  \"https://npm.acme.dev\":\n    npmAuthToken: \"§\"\n", "{uuid}"),
    (
        ".dockercfg",
        "{\"https://index.docker.io/v1/\": {\"auth\": \"§\", \"email\": \"ops@acme.dev\"}}",
        "{base64:ops:{alnum:12}}",
    ),
    (".docker/config.json", "{\"auths\": {\"acme.azurecr.io\": {\"auth\": \"§\"}}}", "{base64:ops:{alnum:14}}"),
    ("local.settings.json", "{\"IsEncrypted\": false, \"Values\": {\"DbPassword\": \"§\"}}", CHOSEN),
    (
        "appsettings.Development.json",
        "{\"ConnectionStrings\": {\"App\": \"Server=db.acme.dev;User Id=ops;Password=§;\"}}",
        CHOSEN,
    ),
    ("secrets.json", "{\"Stripe:ApiKey\": \"§\"}", DRAWN),
    (".databrickscfg", "[DEFAULT]\nhost = https://acme.cloud.databricks.com\ntoken = §\n", "dapi{hex:32}"),
    (".snowsql/config", "[connections.acme]\naccountname = acme\nusername = ops\npassword = §\n", CHOSEN),
    ("redis.conf", "requirepass §\n", CHOSEN),
    ("client.ovpn", "client\nremote vpn.acme.dev\n<auth-user-pass>\nops\n§\n</auth-user-pass>\n", CHOSEN),
    ("wg0.conf", "[Interface]\nPrivateKey = §\nAddress = 10.0.0.1/24\n", "{base64:{bytes:32}}"),
    (
        "azureProfile.publishsettings",
        "<publishProfile publishMethod=\"MSDeploy\" userName=\"$acme\" userPWD=\"§\" />",
        "{alnum:60}",
    ),
    ("rclone.conf", "[acme]\ntype = s3\nsecret_access_key = §\n", "{b64:40}"),
    ("lftp/bookmarks", "acme\tsftp://ops:§@acme.dev/\n", CHOSEN),
    ("smb.credentials", "username=ops\npassword=§\ndomain=ACME\n", CHOSEN),
    (".smbcredentials", "username=ops\npassword=§\n", CHOSEN),
    ("wpa_supplicant.conf", "network={\n  ssid=\"acme\"\n  psk=\"§\"\n}\n", CHOSEN),
    ("tomcat-users.xml", "<user username=\"ops\" password=\"§\" roles=\"manager-gui\"/>", CHOSEN),
    ("server.properties", "rcon.password=§\nserver-port=25565\n", CHOSEN),
    ("config.inc.php", "$cfg['Servers'][$i]['password'] = '§';", CHOSEN),
    ("configuration.php", "public $password = '§';\npublic $secret = 'x';", CHOSEN),
    ("parameters.yml", "parameters:\n    database_password: §\n", CHOSEN),
    ("database.php", "'password' => env('DB_PASSWORD', '§'),", CHOSEN),
    ("LocalSettings.php", "$wgDBpassword = \"§\";", CHOSEN),
    ("odoo.conf", "[options]\nadmin_passwd = §\ndb_password = False\n", CHOSEN),
    ("cloud-init.yaml", "chpasswd:\n  list: |\n    root:§\n", CHOSEN),
    ("unattend.xml", "<AdministratorPassword><Value>§</Value><PlainText>true</PlainText></AdministratorPassword>", CHOSEN),
    ("Groups.xml", "<Properties action=\"U\" userName=\"ops\" cpassword=\"§\"/>", "{b64:43}"),
    ("rails.rb", "Rails.application.config.secret_token = '§'", "{hex:128}"),
    ("jupyter_notebook_config.json", "{\"NotebookApp\": {\"token\": \"§\"}}", "{hex:48}"),
    ("kaggle.json", "{\"username\":\"ops\",\"key\":\"§\"}", HEX),
    ("slapd.conf", "rootdn \"cn=admin,dc=acme,dc=dev\"\nrootpw §\n", CHOSEN),
    ("ldap.conf", "binddn cn=ops,dc=acme\nbindpw §\n", CHOSEN),
    ("radius/clients.conf", "client 10.0.0.1 {\n  secret = §\n}\n", CHOSEN),
    ("ipsec.secrets", "1.2.3.4 : PSK \"§\"\n", DRAWN),
    ("hosts", "[web]\nweb1 ansible_password=§ ansible_user=ops\n", CHOSEN),
    ("values.yaml", "postgresql:\n  auth:\n    postgresPassword: §\n", CHOSEN),
    ("docker-compose.yml", "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=§\n", CHOSEN),
];

/// Files that hold little or nothing else: the path says it.
const NAMED: &[&str] = &[
    "config/master.key",
    "config/credentials/production.key",
    ".rediscli_auth",
    ".trac/htdigest",
    ".passwd-s3fs",
    "etc/ppp/chap-secrets",
    ".vault-token",
    "etc/shadow",
    ".git-credentials",
    ".netrc",
    "logins.json",
];

#[test]
fn the_name_of_a_file_is_found() {
    let rules = RuleSet::builtin();
    let known = PathRules::new(&rules);
    let missed: Vec<&&str> = NAMED.iter().filter(|path| known.of(&rules, &LowerPath::new(path.as_bytes())).is_empty()).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn the_secret_in_a_file_is_found() {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut missed = Vec::new();
    for (seed, (path, text, value)) in FILES.iter().enumerate() {
        let value = fill(value, &mut Random::new("files", seed)).expect("a template");
        let (before, after) = text.split_once('§').expect("a place for the value");
        let content = [before.as_bytes(), &value, after.as_bytes()].concat();
        let scanned = scanner.scan(Subject { content: &content, path: path.as_bytes() }, &mut Scratch::default());
        let (start, end) = (before.len(), before.len() + value.len());
        if !scanned.matches.iter().any(|m| m.secret.start < end && start < m.secret.end) {
            missed.push(format!("{path}: {}", String::from_utf8_lossy(&content)));
        }
    }
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), FILES.len(), missed.join("\n---\n"));
}
