//! Plants secrets in forms that are no plain assignment: addresses, headers, commands, key files, manifests.

use super::planted::{ALNUM, BASE64, Dice, HEX, UPPER, URL64};
use super::*;

fn encoded(text: &str) -> String {
    let digits = BASE64.as_bytes();
    text.as_bytes()
        .chunks(3)
        .map(|chunk| {
            let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            (0..4)
                .map(|at| if at <= chunk.len() { char::from(digits[(bits >> (18 - 6 * at) & 63) as usize]) } else { '=' })
                .collect::<String>()
        })
        .collect()
}

fn key_block(label: &str, head: &str, size: usize, end_of_line: &str, dice: &mut Dice) -> String {
    let body = format!("{head}{}", dice.of(BASE64, size));
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----{end_of_line}{}{end_of_line}-----END {label}-----{end_of_line}", lines.join(end_of_line))
}

/// The marks: `P` a password, `T` a token, `H` 40 hexadecimal digits, `B` a login in base64, and so on; see [`fill`].
const FORMS: &[(&str, &str)] = &[
    ("db.py", "engine = create_engine(\"postgresql://app:{P}@db.internal:5432/x\")\n"),
    ("db.py", "engine = create_engine('mysql+pymysql://app:{T}@10.0.3.4/x')\n"),
    ("a.yaml", "url: mongodb+srv://app:{P}@cluster0.abcde.mongodb.net/x\n"),
    (".env", "REDIS_URL=redis://:{T}@cache.internal:6379/0\n"),
    (".env", "BROKER=amqps://svc:{P}@mq.internal:5671/v\n"),
    ("x.properties", "spring.datasource.url=jdbc:mysql://db.internal:3306/x?user=app&password={T}\n"),
    ("x.py", "conn = 'Driver={ODBC};Server=tcp:x.database.windows.net;Uid=app;Pwd={P};Encrypt=yes;'\n"),
    ("x.json", "{\"ConnectionString\": \"Server=s;Database=d;User Id=app;Password={P};\"}\n"),
    ("x.py", "c = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey={A};EndpointSuffix=core.windows.net'\n"),
    ("x.yml", "url: https://a.blob.core.windows.net/c?sv=2022-11-02&ss=b&srt=co&sp=rwd&se=2027-01-01&sig={S}%3D\n"),
    ("x.py", "headers = {\"Authorization\": \"Bearer {T}\"}\n"),
    ("x.py", "headers = {'Authorization': f'Bearer {T}'}\n"),
    ("x.sh", "curl -H \"Authorization: Bearer {T}\" https://api.internal/x\n"),
    ("x.sh", "curl -H 'Authorization: Basic {B}' https://api.internal/x\n"),
    ("x.sh", "curl -u trainer:{P} https://api.internal/x\n"),
    ("x.sh", "curl -H 'X-API-Key: {T}' https://api.internal/x\n"),
    ("x.sh", "git clone https://trainer:{T}@git.internal/x.git\n"),
    ("requirements.txt", "--extra-index-url https://trainer:{T}@packages.internal/simple\n"),
    ("pip.conf", "[global]\nindex-url = https://trainer:{P}@packages.internal/simple\n"),
    (".netrc", "machine api.wandb.ai\n  login user\n  password {H}\n"),
    ("x.sh", "echo \"machine api.internal login me password {T}\" > ~/.netrc\n"),
    (".pypirc", "[pypi]\nusername = me\npassword = {P}\n"),
    (".npmrc", "//registry.internal/:_authToken={T}\n"),
    (".npmrc", "_auth={B}\n"),
    (".docker/config.json", "{\"auths\": {\"r.internal\": {\"auth\": \"{B}\"}}}\n"),
    ("kubeconfig", "users:\n- name: a\n  user:\n    token: {T}\n"),
    ("kubeconfig", "users:\n- name: a\n  user:\n    client-key-data: {K}\n"),
    ("secret.yaml", "kind: Secret\ndata:\n  password: {E}\n"),
    ("secret.yaml", "kind: Secret\nstringData:\n  api-token: {T}\n"),
    ("kaggle.json", "{\"username\":\"me\",\"key\":\"{M}\"}\n"),
    ("x.py", "wandb.login(key=\"{H}\")\n"),
    ("x.sh", "wandb login {H}\n"),
    ("x.ipynb", "{\"source\": [\"!wandb login {H}\\n\"]}\n"),
    ("x.ipynb", "{\"source\": [\"conn = \\\"postgresql://app:{P}@db.internal/x\\\"\\n\"]}\n"),
    ("x.ipynb", "{\"outputs\": [{\"text\": [\"Authorization: Bearer {T}\\n\"]}]}\n"),
    ("x.ipynb", "{\"source\": \"os.environ[\\\"OPENAI_API_KEY\\\"] = \\\"{T}\\\"\\nimport a\"}\n"),
    ("bot.py", "client.run(\"{D}\")\n"),
    ("mail.py", "server.login(\"me@mail.internal\", \"{P}\")\n"),
    ("x.py", "df = spark.read.format('jdbc').option(\"password\", \"{P}\").load()\n"),
    ("x.py", "conn = psycopg2.connect(host='db.internal', user='app', password='{P}')\n"),
    ("x.py", "DATABASES = {'default': {'USER': 'app', 'PASSWORD': '{P}'}}\n"),
    ("x.py", "c.NotebookApp.token = '{H}'\n"),
    ("x.py", "mlflow.set_tracking_uri('https://me:{P}@mlflow.internal')\n"),
    ("x.py", "parser.add_argument('--api-key', type=str, default='{T}')\n"),
    ("x.py", "api_key = config.get('api_key', '{T}')\n"),
    ("x.py", "if token == '{T}':\n    pass\n"),
    ("x.sh", "docker login -u me -p {P} registry.internal\n"),
    ("x.sh", "sshpass -p '{P}' ssh host\n"),
    ("x.sh", "PGPASSWORD='{P}' psql -h db.internal\n"),
    ("x.sh", "kubectl create secret generic db --from-literal=password={P}\n"),
    ("x.sh", "az login --service-principal -u a --password {T} --tenant t\n"),
    ("x.tf", "resource \"aws_db_instance\" \"x\" {\n  username = \"app\"\n  password = \"{P}\"\n}\n"),
    ("terraform.tfstate", "{\"attributes\": {\"master_password\": \"{P}\", \"b\": 1}}\n"),
    ("credentials", "[default]\naws_access_key_id = x\naws_secret_access_key = {X}\n"),
    ("accessKeys.csv", "Access key ID,Secret access key\nAKIA{U},{X}\n"),
    ("x.xml", "<password>{P}</password>\n"),
    ("x.xml", "<property name=\"db.password\" value=\"{P}\"/>\n"),
    ("x.yml", "- name: DB_PASSWORD\n  value: {P}\n"),
    ("Jenkinsfile", "withEnv(['API_TOKEN={T}']) {}\n"),
    ("x.toml", "[connections]\npassword = '''{P}'''\n"),
    ("x.py", "PASSWORD = \"\"\"{P}\"\"\"\n"),
    ("x.js", "const c = { apiKey: \"{T}\", a: 1 }\n"),
    ("x.env", "SLACK_URL=https://hooks.slack.com/services/T{U8}/B{U8}/{T24}\n"),
    ("x.pem", "{PEM}"),
    ("id_rsa", "{SSH}"),
    ("sa.json", "{\"type\": \"service_account\", \"private_key\": \"{PEMN}\", \"client_email\": \"a@b\"}\n"),
    ("x.py", "KEY = \"\"\"{PEM}\"\"\"\n"),
    ("x.yaml", "key: |\n  {PEMI}\n"),
    ("x.ipynb", "{\"source\": [\"k = '{PEMN}'\\n\"]}\n"),
    ("x.gpg", "{PGP}"),
    ("x.java", "DriverManager.getConnection(\"jdbc:postgresql://db/x\", \"app\", \"{P}\");\n"),
    ("x.py", "r = get(url, auth=(\"app\", \"{P}\"))\n"),
    ("x.py", "r = get(url, auth=HTTPBasicAuth('app', '{P}'))\n"),
    ("x.py", "c = cohere.Client('{T}')\n"),
    ("x.bicep", "param adminPassword string = '{P}'\n"),
    ("x.plist", "<key>ApiKey</key>\n<string>{T}</string>\n"),
    ("x.sh", "aws configure set aws_secret_access_key {X}\n"),
    ("x.ps1", "$p = ConvertTo-SecureString \"{P}\" -AsPlainText -Force\n"),
    ("x.sh", "mysql -h db.internal -u root -p'{P}' x\n"),
    ("x.sql", "CREATE USER app WITH PASSWORD '{P}';\n"),
    ("x.sql", "CREATE USER 'app'@'%' IDENTIFIED BY '{P}';\n"),
    ("x.php", "define('DB_PASSWORD', '{P}');\n"),
    ("x.rb", "config = { :password => \"{P}\" }\n"),
    ("x.yml", "db: {user: app, password: {P}}\n"),
    ("x.sh", "curl -d '{\"user\": \"a\", \"password\": \"{P}\"}' https://api.internal\n"),
    ("x.sh", "curl -H 'Authorization: token {H}' https://api.internal\n"),
    (".env", "GCP_KEY='{\"private_key\": \"{PEMN}\"}'\n"),
    ("x.cfg", "[core]\nsql_alchemy_conn = postgresql+psycopg2://airflow:{P}@db.internal/x\nfernet_key = {A44}\n"),
    (".dvc/config.local", "['remote \"s3\"']\n    secret_access_key = {X}\n"),
    ("x.sh", "export API_KEY=$'{T}'\n"),
];

fn fill(form: &str, dice: &mut Dice) -> String {
    let mut text = form.to_owned();
    let password = format!("{}!{}", dice.of(ALNUM, 9), dice.of("23456789", 2));
    let login = encoded(&format!("me:{}", dice.of(ALNUM, 20)));
    let pem = key_block("RSA PRIVATE KEY", "MIIE", 1600, "\n", dice);
    let pairs = [
        ("{P}", password.clone()),
        ("{T}", dice.of(ALNUM, 32)),
        ("{T24}", dice.of(ALNUM, 24)),
        ("{H}", dice.of(HEX, 40)),
        ("{M}", dice.of(HEX, 32)),
        ("{A}", format!("{}==", dice.of(BASE64, 86))),
        ("{S}", dice.of(ALNUM, 43)),
        ("{A44}", format!("{}=", dice.of(BASE64, 43))),
        ("{X}", dice.of(BASE64, 40)),
        ("{U}", dice.of(UPPER, 16)),
        ("{U8}", dice.of(UPPER, 8)),
        ("{B}", login),
        ("{E}", encoded(&password)),
        ("{D}", format!("MT{}.{}.{}", dice.of(ALNUM, 24), dice.of(URL64, 6), dice.of(URL64, 38))),
        ("{K}", encoded(&pem)),
        ("{PEMN}", key_block("PRIVATE KEY", "MIIEv", 1600, "\\n", dice)),
        ("{PEMI}", pem.replace('\n', "\n  ")),
        ("{PEM}", pem),
        ("{SSH}", key_block("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAA", 400, "\n", dice)),
        ("{PGP}", key_block("PGP PRIVATE KEY BLOCK", "lQ", 900, "\n", dice).replacen("-----\n", "-----\nVersion: 1\n\n", 1)),
    ];
    for (mark, value) in &pairs {
        text = text.replace(mark, value);
    }
    text
}

#[test]
fn finds_other_forms() {
    let mut missed = Vec::new();
    for seed in 1..9u64 {
        let mut dice = Dice(0x1234_5678_9abc_def1 ^ (seed << 24));
        for (path, form) in FORMS {
            if scan(path, fill(form, &mut dice).as_bytes()).is_empty() {
                missed.push(format!("in {path}: {form}"));
            }
        }
    }
    let total = FORMS.len() * 8;
    assert!(missed.len() * 50 < total, "{} of {total} missed:\n{}", missed.len(), missed.join(""));
}

#[test]
fn leaves_stand_ins_in_other_forms_alone() {
    let values = [
        "password",
        "changeme",
        "${TOKEN}",
        "<password>",
        "xxxxxxxxxxxx",
        "your-password",
        "postgres",
        "***",
        "{password}",
        "%s",
        "YOUR_TOKEN",
        "secret",
        "$TOKEN",
        "{{ token }}",
        "example",
    ];
    let marks = [
        "{P}", "{T}", "{T24}", "{H}", "{M}", "{A}", "{A44}", "{S}", "{X}", "{B}", "{E}", "{D}", "{K}", "{PEMN}", "{PEMI}", "{PEM}",
        "{SSH}", "{PGP}", "{U}", "{U8}",
    ];
    let mut loud = Vec::new();
    for (path, form) in FORMS {
        for value in values {
            let text = marks.iter().fold((*form).to_owned(), |text, mark| text.replace(mark, value));
            if let Some(hit) = scan(path, text.as_bytes()).first() {
                loud.push(format!("`{value}` in {path}: {} {form}", hit.rule));
            }
        }
    }
    for label in ["RSA PRIVATE KEY", "PRIVATE KEY"] {
        for body in ["...", "<your key>", "MIIE...", "YOUR_KEY_HERE", ""] {
            let text = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
            loud.extend(scan("README.md", text.as_bytes()).first().map(|_| text));
        }
    }
    assert!(loud.is_empty(), "{}\n{}", loud.len(), loud.join(""));
}
