//! Secrets that stand at a place: arguments of calls, words of command lines, and what only looks like them.

use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::ruleset::RuleSet;

/// A password that somebody chose and one that was drawn, put together here so that no line of this file looks like one.
fn values() -> [String; 2] {
    [["Mar", "ble@", "Fen", "nel62"].concat(), ["kX9v", "Q2mL", "7pR4", "tZ8w"].concat()]
}

/// The values that the scanner would deny in a text.
fn denied(scanner: &Scanner, text: &str, path: &str) -> Vec<String> {
    let subject = Subject { content: text.as_bytes(), path: path.as_bytes() };
    let scanned = scanner.scan(subject, &mut Scratch::default());
    assert_eq!(scanned, scanner.scan_everywhere(subject, &mut Scratch::default()), "{text}");
    let confident = scanned.matches.iter().filter(|m| m.confidence > nospill::types::rule::Confidence::Low);
    confident.map(|m| text[m.secret.start..m.secret.end].to_owned()).collect()
}

/// Calls with `§` for the value: what a person may have chosen.
#[rustfmt::skip]
const CALLS: &[(&str, &str)] = &[
    ("jira = JIRA(url, basic_auth=('ops', '§'))", "a.py"),
    ("requests.get(url, auth=('ops', '§'))", "a.py"),
    ("requests.get(url, auth = ( \"ops\", \"§\" ))", "a.py"),
    ("s.auth = HTTPBasicAuth(\"ops\", \"§\")", "a.py"),
    ("s.auth = HTTPDigestAuth(user, '§')", "a.py"),
    ("aiohttp.BasicAuth('ops', '§')", "a.py"),
    ("aiohttp.BasicAuth(login='ops', password='§')", "a.py"),
    ("httpx.Client(auth=httpx.BasicAuth('ops', '§'))", "a.py"),
    ("httpx.get(url, auth=(\n    \"ops\",\n    \"§\",\n))", "a.py"),
    ("Elasticsearch(hosts, http_auth=('elastic', '§'))", "a.py"),
    ("Elasticsearch(hosts, basic_auth=(\"elastic\", \"§\"))", "a.py"),
    ("GraphDatabase.driver(uri, auth=(\"neo4j\", \"§\"))", "a.py"),
    ("GraphDatabase.driver(uri, auth=basic_auth(\"neo4j\", \"§\"))", "a.py"),
    ("ssh.connect('srv01', 22, 'deploy', '§')", "a.py"),
    ("ssh.connect(host, 22, \"deploy\", \"§\", timeout=5)", "a.py"),
    ("conn.simple_bind_s('cn=ops,dc=acme', '§')", "a.py"),
    ("conn.simple_bind_s(bind_dn, '§')", "a.py"),
    ("server.login(\"robot@acme-corp.net\", \"§\")", "a.py"),
    ("server.login(USER, '§')", "a.py"),
    ("imap.login('robot', '§')", "a.py"),
    ("ftp = ftplib.FTP('ftp.acme-corp.net', 'deploy', '§')", "a.py"),
    ("db = MySQLdb.connect('db', 'orders', '§', 'orders')", "a.py"),
    ("db = pymysql.connect(host, \"orders\", \"§\")", "a.py"),
    ("con = cx_Oracle.connect('orders', '§', dsn)", "a.py"),
    ("con = pymssql.connect(server, 'sa', '§', 'orders')", "a.py"),
    ("c.setopt(pycurl.USERPWD, 'ops:§')", "a.py"),
    ("c.setopt(c.USERPWD, \"ops:§\")", "a.py"),
    ("influx = InfluxDBClient('db', 8086, 'ops', '§', 'metrics')", "a.py"),
    ("cluster = Cluster(auth_provider=PlainTextAuthProvider('ops', '§'))", "a.py"),
    ("String c = Credentials.basic(\"ops\", \"§\");", "A.java"),
    ("given().auth().basic(\"orders\", \"§\")", "A.java"),
    ("given().auth().preemptive().basic(\"orders\", \"§\").get()", "A.java"),
    ("DriverManager.getConnection(URL, \"orders\", \"§\");", "A.java"),
    ("DriverManager.getConnection(\n    \"jdbc:mysql://db/orders\",\n    \"orders\",\n    \"§\");", "A.java"),
    ("new UsernamePasswordCredentials(\"ops\", \"§\")", "A.java"),
    ("new UsernamePasswordCredentials(\"ops\", \"§\".toCharArray())", "A.java"),
    ("return new PasswordAuthentication(\"ops\", \"§\");", "A.java"),
    ("return new PasswordAuthentication(user, \"§\".toCharArray());", "A.java"),
    ("new UsernamePasswordAuthenticationToken(\"ops\", \"§\")", "A.java"),
    ("transport.connect(\"smtp.acme-corp.net\", \"ops\", \"§\");", "A.java"),
    ("transport.connect(host, user, \"§\");", "A.java"),
    ("headers.setBasicAuth(\"ops\", \"§\");", "A.java"),
    ("restTemplateBuilder.basicAuthentication(\"ops\", \"§\").build();", "A.java"),
    ("AuthTokens.basic(\"neo4j\", \"§\")", "A.java"),
    ("MongoCredential.createCredential(\"ops\", \"admin\", \"§\".toCharArray())", "A.java"),
    ("new DriverManagerDataSource(url, \"ops\", \"§\")", "A.java"),
    ("val c = Credentials.basic(\"ops\", \"§\")", "a.kt"),
    ("basicAuth(\"ops\", \"§\")", "a.kt"),
    ("install(Auth) { basic { credentials { BasicAuthCredentials(\"ops\", \"§\") } } }", "a.kt"),
    ("smtp.PlainAuth(\"\", \"robot\", \"§\", \"smtp.acme-corp.net\")", "a.go"),
    ("auth := smtp.PlainAuth(\"\", from, \"§\", host)", "a.go"),
    ("req.SetBasicAuth(\"ops\", \"§\")", "a.go"),
    ("req.SetBasicAuth(user, `§`)", "a.go"),
    ("driver, err := neo4j.NewDriver(uri, neo4j.BasicAuth(\"neo4j\", \"§\", \"\"))", "a.go"),
    ("hub, err := registry.New(\"quay.io\", \"robot\", \"§\")", "a.go"),
    ("Auth: []ssh.AuthMethod{ssh.Password(\"§\")},", "a.go"),
    ("client.Login(\"ops\", \"§\")", "a.go"),
    ("request(app).get('/').auth('ops', '§')", "a.js"),
    ("superagent.get(url).auth(\"ops\", \"§\").end()", "a.js"),
    ("new Sequelize('orders', 'app', '§', { dialect: 'mysql' })", "a.js"),
    ("const db = new Sequelize(name, \"app\", `§`, opts)", "a.ts"),
    ("neo4j.driver(uri, neo4j.auth.basic('neo4j', '§'))", "a.js"),
    ("$pdo = new PDO($dsn, 'orders', '§');", "a.php"),
    ("$pdo = new \\PDO('mysql:host=db', $user, \"§\", $options);", "a.php"),
    ("$db = new mysqli(\"db\", \"orders\", \"§\", \"orders\");", "a.php"),
    ("$db = mysqli_connect($host, $user, '§');", "a.php"),
    ("ftp_login($conn, 'deploy', '§');", "a.php"),
    ("ssh2_auth_password($c, 'deploy', '§');", "a.php"),
    ("ldap_bind($ldap, $dn, '§');", "a.php"),
    ("imap_open('{mail.acme-corp.net}INBOX', 'ops', '§');", "a.php"),
    ("curl_setopt($ch, CURLOPT_USERPWD, \"ops:§\");", "a.php"),
    ("curl_setopt_array($ch, [CURLOPT_USERPWD => 'ops:§']);", "a.php"),
    ("$client->get($url, ['auth' => ['ops', '§']]);", "a.php"),
    ("$client->get($url, [\"auth\" => [\"ops\", \"§\", \"digest\"]]);", "a.php"),
    ("$c->setCredentials('ops', '§');", "a.php"),
    ("var c = new NetworkCredential(\"robot\", \"§\");", "a.cs"),
    ("client.Credentials = new System.Net.NetworkCredential(user, @\"§\", \"ACME\");", "a.cs"),
    ("new BasicAuthenticationCredentials(\"ops\", \"§\")", "a.cs"),
    ("client.Authenticate(\"ops\", \"§\"); c.Login(\"ops\", \"§\")", "a.cs"),
    ("client.Authenticator = new HttpBasicAuthenticator(\"ops\", \"§\");", "a.cs"),
    ("New-Object System.Net.NetworkCredential(\"ops\", \"§\")", "a.ps1"),
    ("Dim c As New NetworkCredential(\"ops\", \"§\")", "a.vb"),
    ("request.basic_auth 'ops', '§'", "a.rb"),
    ("request.basic_auth(\"ops\", \"§\")", "a.rb"),
    ("conn.set_basic_auth('ops', '§')", "a.rb"),
    ("ftp.login('deploy', '§')", "a.rb"),
    ("client.get(url).basic_auth(\"ops\", Some(\"§\"))", "a.rs"),
    ("client.get(url).basic_auth(\"ops\".to_string(), Some(\"§\".to_string()))", "a.rs"),
    ("session.userauth_password(\"ops\", \"§\")?;", "a.rs"),
    ("credentials += Credentials(\"Sonatype\", \"nexus.acme-corp.net\", \"ops\", \"§\")", "build.sbt"),
    ("Database.forURL(url, \"ops\", \"§\")", "a.scala"),
    ("my $dbh = DBI->connect($dsn, 'orders', '§');", "a.pl"),
    ("my $dbh = DBI->connect(\"dbi:Pg:dbname=x\", \"orders\", \"§\", { RaiseError => 1 });", "a.pl"),
    ("$ua->credentials('host:80', 'realm', 'ops', '§');", "a.pl"),
    ("$req->authorization_basic('ops', '§');", "a.pl"),
    ("$ftp->login('deploy', '§');", "a.pl"),
    ("con = env:connect(\"orders\", \"ops\", \"§\")", "a.lua"),
    ("HTTPoison.get(url, [], hackney: [basic_auth: {\"ops\", \"§\"}])", "a.ex"),
    ("Tesla.get(c, url, opts: [auth: {\"ops\", \"§\"}])", "a.ex"),
    ("client.addCredentials(uri, realm, HttpClientBasicCredentials('ops', '§'));", "a.dart"),
];

/// Calls whose argument a machine makes.
#[rustfmt::skip]
const DRAWN: &[(&str, &str)] = &[
    ("const t = jwt.sign(payload, '§')", "a.js"),
    ("new AuthenticationHeaderValue(\"Bearer\", \"§\")", "a.cs"),
    ("new AuthenticationHeaderValue(\n    \"Bearer\",\n    \"§\")", "a.cs"),
    ("credential = AzureKeyCredential(\"§\")", "a.py"),
    ("new AzureKeyCredential('§')", "a.ts"),
    ("ClientSecretCredential(tenant_id, client_id, \"§\")", "a.py"),
    ("new ClientSecretCredential(tenant, client, \"§\")", "a.cs"),
    ("new ClientCredential(id, \"§\")", "a.cs"),
    ("new ApiKeyServiceClientCredentials(\"§\")", "a.cs"),
    ("new BasicAWSCredentials(\"id\", \"§\")", "A.java"),
    ("credentials.NewStaticCredentials(id, \"§\", \"\")", "a.go"),
    ("client.get(url).bearer_auth(\"§\").send()", "a.rs"),
    ("headers.setBearerAuth(\"§\");", "A.java"),
    ("given().auth().oauth2(\"§\")", "A.java"),
    ("server.login('robot@acme-corp.net', '§')", "a.py"),
    ("reg := registry.New(\"quay.io\", \"robot\", \"§\")", "a.go"),
    ("curl -u § https://api.acme-corp.net/v1", "a.sh"),
    ("curl -u \"§:\" https://api.acme-corp.net/v1", "a.sh"),
    ("curl -u §:x https://api.acme-corp.net/v1", "a.sh"),
    ("curl --user '§:x-oauth-basic' https://api.acme-corp.net/v1", "a.sh"),
    ("vault login §", "a.sh"),
    ("vault write auth/approle/login role_id=$ID secret_id=§", "a.sh"),
    ("sonar-scanner -Dsonar.login=§", "a.sh"),
    ("mvn sonar:sonar -Dsonar.token=\"§\"", "a.sh"),
    ("dotnet sonarscanner begin /k:x /d:sonar.login=\"§\"", "a.cmd"),
    ("gh secret set DEPLOY --body \"§\"", "a.sh"),
    ("gh secret set DEPLOY <<< \"§\"", "a.sh"),
    ("echo § | gh auth login --with-token", "a.sh"),
    ("az keyvault secret set --vault-name kv --name db --value §", "a.sh"),
    ("az storage blob upload --account-name s --account-key § -f x", "a.sh"),
    ("aws ssm put-parameter --name /orders/db --type SecureString --value §", "a.sh"),
    ("aws ssm put-parameter --name /orders/db-password --value § --overwrite", "a.sh"),
    ("aws secretsmanager create-secret --name db --secret-string '§'", "a.sh"),
    ("aws configure set aws_secret_access_key §", "a.sh"),
    ("dotnet nuget push x.nupkg -s acme -k §", "a.sh"),
    ("nuget push x.nupkg -ApiKey § -Source acme", "a.cmd"),
    ("dotnet user-secrets set \"Db:Main\" \"§\"", "a.sh"),
    ("poetry config pypi-token.acme §", "a.sh"),
    ("cargo login §", "a.sh"),
    ("npm config set //npm.acme-corp.net/:_authToken §", "a.sh"),
    ("doctl auth init -t §", "a.sh"),
    ("oc login https://api.acme-corp.net --token=§", "a.sh"),
    ("mc alias set store https://s3.acme-corp.net ops §", "a.sh"),
    ("pulumi config set --secret dbMain §", "a.sh"),
    ("ngrok config add-authtoken §", "a.sh"),
];

/// Command lines with `§` for the value: what a person may have chosen.
#[rustfmt::skip]
const COMMANDS: &[(&str, &str)] = &[
    ("docker login registry.acme-corp.net -u build -p §", "a.sh"),
    ("docker login -u build -p '§' registry.acme-corp.net", "a.sh"),
    ("docker login -u build -p§ registry.acme-corp.net", "a.sh"),
    ("docker login --username build \\\n  --password § \\\n  registry.acme-corp.net", "a.sh"),
    ("RUN docker login -u build -p \"§\" registry.acme-corp.net && true", "Dockerfile"),
    ("RUN [\"docker\", \"login\", \"-u\", \"build\", \"-p\", \"§\"]", "Dockerfile"),
    ("  - docker login -u build -p § registry.acme-corp.net", ".gitlab-ci.yml"),
    ("\tdocker login -u build -p § registry.acme-corp.net", "Makefile"),
    ("Run `docker login -u build -p §` first.", "README.md"),
    ("os.system(\"docker login -u build -p §\")", "a.py"),
    ("os.system('docker login -u build -p \"§\" reg')", "a.py"),
    ("subprocess.run([\"docker\", \"login\", \"-u\", user, \"-p\", \"§\"])", "a.py"),
    ("exec('docker', ['login']); run(['podman', 'login', '-p', '§'])", "a.js"),
    ("sh \"docker login -u build -p \\\"§\\\" reg\"", "Jenkinsfile"),
    ("echo '§' | docker login -u build --password-stdin reg", "a.sh"),
    ("echo \"§\" | sudo docker login -u build --password-stdin", "a.sh"),
    ("docker login -u build --password-stdin reg <<< \"§\"", "a.sh"),
    ("podman login -u build -p § quay.acme-corp.net", "a.sh"),
    ("helm registry login r.acme-corp.net -u build -p §", "a.sh"),
    ("oras login -u build -p § r.acme-corp.net", "a.sh"),
    ("crane auth login r.acme-corp.net -u build -p §", "a.sh"),
    ("skopeo login -u build -p § r.acme-corp.net", "a.sh"),
    ("skopeo copy --src-creds build:§ docker://a docker://b", "a.sh"),
    ("skopeo copy --dest-creds=build:§ docker://a docker://b", "a.sh"),
    ("buildah push --creds build:§ img", "a.sh"),
    ("sqlcmd -S sql01 -U sa -P § -Q \"select 1\"", "a.sh"),
    ("sqlcmd -S sql01 -U sa -P\"§\" -i x.sql", "a.cmd"),
    ("/opt/mssql-tools/bin/sqlcmd -S localhost -U sa -P '§'", "a.sh"),
    ("bcp orders.dbo.x out x.dat -S sql01 -U sa -P §", "a.cmd"),
    ("osql -S sql01 -U sa -P §", "a.cmd"),
    ("isql orders sa §", "a.sh"),
    ("cqlsh -u cassandra -p § db", "a.sh"),
    ("mongosh --host db -u admin -p § --authenticationDatabase admin", "a.sh"),
    ("mongodump -u admin --password=§ --out x", "a.sh"),
    ("mysql -u root -p§ orders", "a.sh"),
    ("mysql -u root --password='§' orders", "a.sh"),
    ("mysqldump -uroot -p'§' orders > x.sql", "a.sh"),
    ("mysqladmin -u root password '§'", "a.sh"),
    ("docker exec db mysql -uroot -p§ -e 'show tables'", "a.sh"),
    ("redis-cli -h cache -a § ping", "a.sh"),
    ("sqlplus orders/§{at}orcl", "a.sh"),
    ("ldapsearch -x -D cn=ops,dc=acme -w § -b dc=acme", "a.sh"),
    ("ldapmodify -x -D cn=ops -w '§' -f x.ldif", "a.sh"),
    ("lftp -u deploy,§ sftp://ftp.acme-corp.net", "a.sh"),
    ("smbclient //files/share -U ops%§ -c ls", "a.sh"),
    ("rabbitmqctl add_user orders §", "a.sh"),
    ("rabbitmqctl -n rabbit@mq change_password orders '§'", "a.sh"),
    ("rabbitmqadmin -u ops -p § list queues", "a.sh"),
    ("keytool -genkey -keystore a.jks -storepass § -keypass §", "a.sh"),
    ("jarsigner -keystore a.jks -storepass § app.jar ops", "a.sh"),
    ("openssl rsa -in a.pem -passin pass:§ -out b.pem", "a.sh"),
    ("openssl enc -aes-256-cbc -k § -in a -out b", "a.sh"),
    ("signtool sign /f a.pfx /p § app.exe", "a.cmd"),
    ("net use z: \\\\files\\share § /user:ACME\\ops", "a.cmd"),
    ("net use \\\\files\\share /user:ACME\\ops §", "a.bat"),
    ("net user deploy § /add", "a.cmd"),
    ("schtasks /create /tn job /tr x.exe /ru ACME\\svc /rp §", "a.cmd"),
    ("schtasks /create ^\n  /tn job ^\n  /ru ACME\\svc ^\n  /rp §", "a.cmd"),
    ("psexec \\\\web01 -u ACME\\ops -p § cmd", "a.cmd"),
    ("cmdkey /add:web01 /user:ops /pass:§", "a.cmd"),
    ("winrs -r:web01 -u:ops -p:§ ipconfig", "a.cmd"),
    ("reg add \"HKLM\\x\\Winlogon\" /v DefaultPassword /t REG_SZ /d § /f", "a.cmd"),
    ("plink -ssh -pw § deploy{at}web01", "a.cmd"),
    ("xfreerdp /u:ops /p:§ /v:web01", "a.sh"),
    ("nmcli dev wifi connect office password §", "a.sh"),
    ("nmcli con modify office wifi-sec.psk \"§\"", "a.sh"),
    ("wpa_passphrase office §", "a.sh"),
    ("az sql server create -n s -u sqladmin -p §", "a.sh"),
    ("az login -u ops@acme-corp.net -p §", "a.sh"),
    ("az vm create -n vm --admin-username ops --admin-password '§'", "a.sh"),
    ("twine upload -u build -p § dist/*", "a.sh"),
    ("poetry config http-basic.acme build §", "a.sh"),
    ("composer config http-basic.repo.acme-corp.net build §", "a.sh"),
    ("cf login -a api.acme-corp.net -u ops -p §", "a.sh"),
    ("cf auth ops '§'", "a.sh"),
    ("sshpass -p § ssh deploy{at}web01", "a.sh"),
    ("sshpass -p'§' scp x deploy{at}web01:", "a.sh"),
    ("subprocess.call(['sshpass', '-p', '§', 'ssh', 'web01'])", "a.py"),
    ("echo § | sudo -S apt-get update", "a.sh"),
    ("echo 'deploy:§' | chpasswd", "a.sh"),
    ("RUN echo \"root:§\" | chpasswd", "Dockerfile"),
    ("printf 'deploy:§\\n' | sudo chpasswd", "a.sh"),
    ("chpasswd <<< \"deploy:§\"", "a.sh"),
    ("echo '§' | passwd --stdin root", "a.sh"),
    ("htpasswd -b /etc/nginx/users ops §", "a.sh"),
    ("htpasswd -bc users ops '§'", "a.sh"),
    ("htpasswd -nb ops §", "a.sh"),
    ("zip -P § -r a.zip b", "a.sh"),
    ("7z a -p§ a.7z b", "a.sh"),
    ("unzip -P § a.zip", "a.sh"),
    ("gpg --batch --passphrase § -d x.gpg", "a.sh"),
    ("ssh-keygen -t ed25519 -f key -N §", "a.sh"),
    ("curl -u ops:§ https://ci.acme-corp.net/job", "a.sh"),
    ("curl -sSf \\\n  -X POST \\\n  --user ops:§ \\\n  https://ci.acme-corp.net/job", "a.sh"),
    ("curl -X POST -u 'ops:§' https://ci.acme-corp.net", "a.sh"),
    ("curl -uops:§ https://ci.acme-corp.net", "a.sh"),
    ("curl -u :§ https://ci.acme-corp.net", "a.sh"),
    ("curl --proxy-user ops:§ -x proxy https://acme-corp.net", "a.sh"),
    ("http -a ops:§ https://ci.acme-corp.net/x", "a.sh"),
    ("http --auth=ops:§ POST https://ci.acme-corp.net/x", "a.sh"),
    ("user = \"ops:§\"", ".curlrc"),
    ("java -jar jenkins-cli.jar -s https://ci -auth ops:§ build x", "a.sh"),
    ("security unlock-keychain -p § build.keychain", "a.sh"),
    ("ipmitool -I lanplus -H bmc -U ops -P § power on", "a.sh"),
    ("mosquitto_pub -h mq -u ops -P § -t x -m y", "a.sh"),
    ("kubectl create secret docker-registry r --docker-username=b --docker-password=§", "a.sh"),
    ("grafana-cli admin reset-admin-password §", "a.sh"),
    ("expect \"*assword:*\"\nsend \"§\\r\"", "a.exp"),
    ("etcdctl --user root:§ get x", "a.sh"),
];

fn missed(forms: &[(&str, &str)], values: &[String]) -> Vec<String> {
    let scanner = Scanner::new(RuleSet::builtin());
    let mut missed = Vec::new();
    for (form, path) in forms {
        for value in values {
            let text = form.replace('§', value).replace("{at}", "@") + "\n";
            let found = denied(&scanner, &text, path);
            if !found.contains(value) {
                missed.push(format!("{path}: {text:?} gives {found:?}"));
            }
        }
    }
    missed
}

#[test]
fn every_form_is_read() {
    let [chosen, drawn] = values();
    let mut all = missed(CALLS, &[chosen.clone(), drawn.clone()]);
    all.extend(missed(COMMANDS, &[chosen, drawn.clone()]));
    all.extend(missed(DRAWN, &[drawn]));
    assert!(CALLS.len() + COMMANDS.len() + DRAWN.len() > 200);
    assert!(all.is_empty(), "{} missed:\n{}", all.len(), all.join("\n"));
}

#[test]
fn passwords_for_apps_have_blanks() {
    let value = ["wqzv", "kbtr", "mxaf", "nhpd"].join(" ");
    let form = ("server.login(\"robot@acme-corp.net\", \"§\")", "mail.py");
    assert!(missed(&[form], &[value]).is_empty());
}

/// Variables, references, words and what stands at other places.
#[rustfmt::skip]
const NONE: &[(&str, &str)] = &[
    ("requests.get(url, auth=(user, password))", "a.py"),
    ("requests.get(url, auth=('user', 'pass'))", "a.py"),
    ("requests.get(url, auth=(\"username\", os.environ[\"PW\"]))", "a.py"),
    ("requests.get(url, auth=('ops', f'{value}'))", "a.py"),
    ("requests.get(url, auth=('ops', 'x' + suffix))", "a.py"),
    ("HTTPBasicAuth('ops', getpass.getpass('Password for ops: '))", "a.py"),
    ("HTTPBasicAuth(config.get('user'), config.get('§'))", "a.py"),
    ("server.login(user, os.getenv('§'))", "a.py"),
    ("ssh.connect('srv01', 22, user, key_file)", "a.py"),
    ("button.connect('clicked', self.on_clicked, 'first-page')", "a.py"),
    ("client.login('username', 'password')", "a.py"),
    ("options = { auth: ['read', 'write'] }", "a.js"),
    ("router.auth('jwt', 'session')", "a.js"),
    ("new Sequelize('database', 'username', 'password')", "a.js"),
    ("new AuthenticationHeaderValue(\"Bearer\", accessToken)", "a.cs"),
    ("new AuthenticationHeaderValue(\"Bearer\", \"access token of the user\")", "a.cs"),
    ("new NetworkCredential(\"user\", \"changeme\")", "a.cs"),
    ("new NetworkCredential(\"user\", Environment.GetEnvironmentVariable(\"§\"))", "a.cs"),
    ("AzureKeyCredential(\"<your-api-key>\")", "a.py"),
    ("jwt.sign(payload, process.env.JWT_SECRET)", "a.js"),
    ("smtp.PlainAuth(\"\", user, pass, host)", "a.go"),
    ("req.SetBasicAuth(\"user\", \"password\")", "a.go"),
    ("DriverManager.getConnection(url, props)", "A.java"),
    ("$pdo = new PDO($dsn, $user, \"$password\");", "a.php"),
    ("docker login -u build -p $PASSWORD reg", "a.sh"),
    ("docker login -u build -p \"${PASSWORD}\" reg", "a.sh"),
    ("docker login -u build -p \"$(cat §)\" reg", "a.sh"),
    ("docker login -u build -p {{ value }} reg", "a.yml"),
    ("docker login -u build -p ${{ secrets.PW }} reg", "a.yml"),
    ("docker login -u build -p %PASSWORD% reg", "a.cmd"),
    ("docker login -u build -p <password> reg", "README.md"),
    ("docker login -u build -p your_password reg", "README.md"),
    ("echo \"$PASSWORD\" | docker login -u build --password-stdin", "a.sh"),
    ("cat ~/§ | docker login -u build --password-stdin", "a.sh"),
    ("docker run -p 8080:80 §", "a.sh"),
    ("mysql -u root -p orders", "a.sh"),
    ("mysql -u root -p §", "a.sh"),
    ("mysql --port=3306 -h db01 orders", "a.sh"),
    ("sshpass -d41 ssh web01", "a.sh"),
    ("sshpass -e ssh web01", "a.sh"),
    ("sshpass -f /run/secrets/§ ssh web01", "a.sh"),
    ("c.return_value = [b'sshpass', b'-d41', b'ssh', b'-C']", "test_ssh.py"),
    ("openssl rsa -in a.pem -passin env:KEY_PW", "a.sh"),
    ("openssl rsa -in a.pem -passin file:/run/§", "a.sh"),
    ("keytool -list -keystore a.jks -storepass changeit", "a.sh"),
    ("curl -u \"$USER:$PASS\" https://ci.acme-corp.net", "a.sh"),
    ("curl -u admin:admin http://localhost", "a.sh"),
    ("curl -u deploy https://ci.acme-corp.net", "a.sh"),
    ("curl -u \"§:$SECRET\" https://ci.acme-corp.net", "a.sh"),
    ("curl -u ops: https://ci.acme-corp.net", "a.sh"),
    ("ldapsearch -x -D cn=ops -W -b dc=acme", "a.sh"),
    ("unzip -p archive.zip member.txt", "a.sh"),
    ("net use z: \\\\files\\share /persistent:yes", "a.cmd"),
    ("net user deploy * /add", "a.cmd"),
    ("net user deploy %PASS% /add", "a.cmd"),
    ("vault login -method=userpass username=ops", "a.sh"),
    ("rabbitmqctl add_user ops $PASSWORD", "a.sh"),
    ("rabbitmqctl add_vhost §", "a.sh"),
    ("aws ssm put-parameter --name /app/size --type String --value §", "a.sh"),
    ("aws ssm put-parameter --name /app/db --type SecureString --value \"$DB\"", "a.sh"),
    ("gh secret set DEPLOY --body \"$TOKEN\"", "a.sh"),
    ("gh secret set DEPLOY < token.txt", "a.sh"),
    ("twine upload -u build -p \"$TWINE\" dist/*", "a.sh"),
    ("az sql server list -g orders-production-group-1", "a.sh"),
    ("htpasswd -c /etc/nginx/users ops", "a.sh"),
    ("echo ok | sudo tee /etc/x", "a.sh"),
    ("nmcli dev wifi connect office password \"$PSK\"", "a.sh"),
    ("The docker login command takes -p and a password that you choose.", "README.md"),
    ("expect \"assword:\"\nsend \"$password\\r\"", "a.exp"),
];

#[test]
fn what_is_no_secret() {
    let scanner = Scanner::new(RuleSet::builtin());
    let [_, drawn] = values();
    let mut wrong = Vec::new();
    for (form, path) in NONE {
        let text = form.replace('§', &drawn) + "\n";
        let found = denied(&scanner, &text, path);
        if !found.is_empty() {
            wrong.push(format!("{path}: {text:?} gives {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A text full of keywords is read in a time that grows with it, not with its square.
#[test]
fn texts_full_of_keywords_take_no_longer() {
    let scanner = Scanner::new(RuleSet::builtin());
    let time = |text: &str| {
        let start = std::time::Instant::now();
        scanner.scan(Subject { content: text.as_bytes(), path: b"a.txt" }, &mut Scratch::default());
        start.elapsed()
    };
    for word in ["curl -u ", "docker login -p ", "auth=(\"a\", ", "basic_auth(", "\"curl\", ", "| chpasswd ", "echo | sudo -S "] {
        let text = word.repeat(2000);
        let (one, eight) = (time(&text), time(&text.repeat(8)));
        assert!(eight < one * 24 + std::time::Duration::from_secs(1), "{word}: {one:?}, {eight:?}");
    }
}
