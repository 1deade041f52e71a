use std::path::PathBuf;
use std::time::Duration;

use ::files::AtRest;
use ::ocr::{EngineName, PaddleParts};
use domain::user::Role as UserRole;
use toml::Value;

use super::*;

/// A folder with a configuration file.
struct Scene {
    folder: tempfile::TempDir,
    sources: Sources,
}

impl Scene {
    fn new(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("named.toml");
        std::fs::write(&path, file).unwrap();
        let mut scene =
            Self { folder, sources: Sources { file: Some(path), ..Sources::default() } };
        let data_dir = scene.path("data");
        scene.sources.flags.push(("data_dir", Value::String(data_dir)));
        scene
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn flag(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.sources.flags.push((key, value.into()));
        self
    }

    fn load(&self) -> Config {
        Config::load(&self.sources).unwrap()
    }

    fn refusal(&self) -> String {
        format!("{:#}", Config::load(&self.sources).unwrap_err())
    }
}

#[test]
fn nothing_needs_to_be_configured() {
    let config = Scene::new("").load();
    assert_eq!(config.listen, ["127.0.0.1:8000".parse().unwrap()]);
    assert_eq!(config.open_mode, None);
    assert_eq!(config.time_zone, chrono_tz::UTC);
    assert_eq!(config.max_body_bytes, 1 << 20);
    assert_eq!(config.rate_limits.logins_per_minute, Some(5));
    assert!(matches!(config.jwt, JwtSettings::Derived));
}

#[test]
fn flags_win_over_the_environment_which_wins_over_files() {
    let file = "time_zone = 'Asia/Shanghai'\nopen_mode = 'viewer'\nmax_body_bytes = '2 MiB'";
    let scene = Scene::new(file)
        .variable("DOCKET_TIME_ZONE", "Europe/Berlin")
        .variable("DOCKET_OPEN_MODE", "publisher")
        .flag("open_mode", "handler");
    let data_dir = PathBuf::from(scene.path("data"));
    std::fs::create_dir(&data_dir).unwrap();
    std::fs::write(data_dir.join("docket.toml"), "max_body_bytes = 5\nmax_view_wait = '1s'")
        .unwrap();
    let config = scene.load();
    assert_eq!(config.open_mode, Some(UserRole::Handler), "flag");
    assert_eq!(config.time_zone, chrono_tz::Europe::Berlin, "environment");
    assert_eq!(config.max_body_bytes, 2 << 20, "file");
    assert_eq!(config.max_view_wait, Duration::from_secs(1), "file in the data directory");
}

#[test]
fn lists_and_limits_can_be_set_in_the_environment() {
    let config = Scene::new("")
        .variable("DOCKET_LISTEN", "127.0.0.1:1, [::1]:2")
        .variable("DOCKET_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.1")
        .variable("DOCKET_RATE_LIMITS_LOGINS_PER_MINUTE", "off")
        .load();
    assert_eq!(config.listen, ["127.0.0.1:1".parse().unwrap(), "[::1]:2".parse().unwrap()]);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.rate_limits.logins_per_minute, None);
}

#[test]
fn a_secret_can_lie_in_a_file() {
    let mut scene = Scene::new("");
    let file = scene.path("url");
    std::fs::write(&file, "postgres://u:topsecret@h/d\n").unwrap();
    scene = scene.variable("DOCKET_DATABASE_URL_FILE", &file);
    let config = scene.load();
    assert_eq!(config.database_url.as_ref().unwrap().expose(), "postgres://u:topsecret@h/d");
    let shown = config.show();
    assert!(shown.contains("DOCKET_DATABASE_URL_FILE") && !shown.contains("topsecret"), "{shown}");
    let missing = Scene::new("").variable("DOCKET_DATABASE_URL_FILE", "/nowhere").refusal();
    assert!(missing.contains("DOCKET_DATABASE_URL_FILE"), "{missing}");
}

#[test]
fn an_unknown_key_is_named() {
    assert!(Scene::new("lisen = ['127.0.0.1:1']").refusal().contains("no key `lisen`"));
    assert!(Scene::new("[rate_limit]\nx = 1").refusal().contains("no table `rate_limit`"));
    let refusal = Scene::new("[rate_limits]\nlogins = 1").refusal();
    assert!(refusal.contains("no key `rate_limits.logins`"), "{refusal}");
    assert!(refusal.contains("named.toml"), "{refusal}");
}

#[test]
fn a_variable_that_looks_like_a_key_and_is_none_is_told_of() {
    let scene = Scene::new("").variable("DOCKET_KAFKA_BROKER", "kafka:9092");
    let scene = scene.variable("DOCKET_POOLS_QUERIES", "4").variable("DOCKET_IMAGE", "docket:1");
    assert_eq!(scene.load().unknown_variables, ["DOCKET_KAFKA_BROKER"]);
}

#[test]
fn a_file_for_kafka_that_is_not_there_is_named() {
    let config =
        Scene::new("[kafka]\nsecurity_protocol = 'ssl'\nca_file = '/nowhere/ca.pem'").load();
    let refusal = config.check_kafka_files().unwrap_err().to_string();
    assert!(
        refusal.contains("`kafka.ca_file`") && refusal.contains("/nowhere/ca.pem"),
        "{refusal}"
    );
}

#[test]
fn a_bad_value_names_its_key_and_where_it_was_set() {
    for (file, word) in [
        ("listen = '127.0.0.1:1'", "`listen` must be a list"),
        ("listen = ['localhost']", "not an address"),
        ("listen = []", "names no address"),
        ("max_view_wait = 5", "must be a duration"),
        ("max_view_wait = '5 weeks'", "units"),
        ("max_body_bytes = -1", "must be a size"),
        ("[rate_limits]\nlogins_per_minute = 0", "whole number from 1"),
        ("cors_allowed_origins = ['desk.example.com']", "not an origin"),
        ("cors_allowed_origins = ['https://desk.example.com/']", "not an origin"),
        ("trusted_proxies = ['everyone']", "not a network"),
        ("open_mode = 'root'", "none of"),
        ("time_zone = 'Mars/Olympus'", "no IANA zone"),
        ("[jwt]\nalgorithm = 'none'", "neither HS256 nor EdDSA"),
        ("[jwt]\nalgorithm = 'EdDSA'", "no jwt.keys"),
        ("[[jwt.keys]]\nid = 'a'", "needs one of"),
        ("master_key = 'a'\nmaster_key_file = 'b'", "keep one"),
        ("[pools]\ncommands = 0", "at least one connection"),
        ("roles = []", "names no role"),
        ("roles = ['api', 'cook']", "none of api, relay, projector, worker"),
        ("roles = ['relay']", "`kafka.brokers` is not set"),
        ("queues = []", "names no queue"),
        ("relay_lease = '0s'", "must be 1s or more"),
        ("job_lease = '900ms'", "must be 1s or more"),
        ("kafka.session_timeout = '10ms'", "must be 1s or more"),
        ("pools.queries = 0", "`pools.queries`"),
        ("public_url = 'desk.example.com'", "is not a URL"),
        ("source = 'kafka'", "`kafka.brokers`"),
        ("source = 'feed'", "`feed.url`"),
        ("source = 'post'", "none of auto, tail, kafka, feed"),
        ("[feed]\nurl = 'https://a.example'", "`feed.token` has to be set"),
        ("[feed]\nurl = 'https://a.example'\ntoken = 'b'", "`source` has to be feed"),
        ("[external]\nBMS = 'x'", "must be tables, each under a name"),
        ("[external.BMS]\nsecret = 'whsec_'", "BMS: needs a `url`"),
        ("[external.BMS]\nurl = 'https://a'", "needs either `secret` or `secret_file`"),
        ("[external.BMS]\nurl = 'https://a'\nsecret = 'geheim'", "written as whsec_"),
        ("[external.BMS]\nurl = 'ftp://a'\nsecret = 'x'", "not a URL"),
        ("[external.BMS]\nurl = 'https://a'\nsecret = 'x'\ntries = 0", "from 1 to 100"),
        ("[external.BMS]\nurl = 'https://a'\nretries = 3", "no key `retries`"),
        ("[external.BMS]\nsecret_file = '/nowhere/s'", "reading /nowhere/s"),
        ("[kafka]\nbrokers = ['kafka']", "not a broker"),
        ("[kafka]\nprefix = 'ticket desk'", "cannot begin the name"),
        ("[kafka]\npartitions = 0", "not between"),
        ("[kafka]\nreplication_factor = 0", "neither a number of copies"),
        ("[kafka]\nsecurity_protocol = 'tls'", "none of plaintext, ssl"),
        ("[kafka]\nsecurity_protocol = 'sasl_ssl'", "needs `kafka.sasl_mechanism`"),
        ("[kafka]\nsecurity_protocol = 'ssl'\nsasl_username = 'a'", "has to be sasl_ssl"),
        ("[kafka]\nsasl_mechanism = 'GSSAPI'", "none of PLAIN"),
        ("[kafka]\nca_file = 'ca.pem'", "has to be ssl"),
        ("[kafka]\nsecurity_protocol = 'ssl'\nkey_file = 'k'", "`kafka.certificate_file` has"),
        ("[kafka.settings]\n'bootstrap.servers' = 'a:1'", "a key of its own: kafka.brokers"),
        ("[kafka.settings]\n'acks' = '1'", "Docket sets \"acks\" itself"),
        ("[files]\nkeep = 'open'", "neither sealed nor plain"),
        ("[files]\nmax_uploads = 0", "must be 1 or more"),
        ("[files]\nmax_file_bytes = 0", "more than nothing"),
        ("[files]\nsweep_grace = '1m'", "must be 3600s or more"),
        ("[files.s3]\naccess_key_id = 'a'", "`files.s3.bucket` has to be set"),
        ("[files.s3]\nbucket = 'a'", "`files.s3.access_key_id` has to be set"),
        ("[files.s3]\nbuckets = 'a'", "no key `files.s3.buckets`"),
        ("[files]\ndirectory = 'a'\ns3.bucket = 'b'", "keep one"),
        ("[ocr]\nengines = ['abbyy']", "none of paddle, tesseract, off"),
        ("[ocr]\ninstances = 0", "must be 1 or more"),
        ("[ocr]\nmax_pages = 5000000000", "out of range"),
        ("[ocr]\ntimeout = '0s'", "must be 1s or more"),
        ("not toml", "named.toml"),
    ] {
        let refusal = Scene::new(file).refusal();
        assert!(refusal.contains(word), "{file}: {refusal}");
    }
    let refusal = Scene::new("").variable("DOCKET_OPEN_MODE", "root").refusal();
    assert!(refusal.contains("DOCKET_OPEN_MODE"), "{refusal}");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut scene = Scene::new("");
    scene.sources.file = Some(scene.path("missing.toml").into());
    assert!(scene.refusal().contains("no configuration file"));
}

#[test]
fn what_is_shown_can_be_read_again_and_holds_no_secret() {
    let scene = Scene::new("database_url = 'postgres://u:topsecret@h/d'\n[log]\nlevel = 'debug'")
        .variable("DOCKET_MASTER_KEY", "sesame")
        .flag("listen", vec!["127.0.0.1:9".to_owned()]);
    let shown = scene.load().show();
    assert!(!shown.contains("topsecret") && !shown.contains("sesame"), "{shown}");
    assert!(shown.contains("DOCKET_MASTER_KEY"), "{shown}");
    let again = Scene::new(&shown).load();
    assert_eq!(again.listen, ["127.0.0.1:9".parse().unwrap()]);
    assert_eq!(again.log_level.as_deref(), Some("debug"));
}

#[test]
fn a_process_has_all_roles_unless_it_is_told() {
    let all = Scene::new("").load();
    assert_eq!(all.roles.names(), ["api", "relay", "projector", "worker"]);
    assert!(all.kafka().is_none(), "the relay has nothing to do");
    let some = Scene::new("").variable("DOCKET_ROLES", "worker, api,worker").load();
    assert_eq!(some.roles.names(), ["api", "worker"]);
    assert!(!some.roles.include(Role::Relay));
}

#[test]
fn projectors_read_kafka_where_there_is_one() {
    let source = |file| Scene::new(file).load().source;
    assert!(matches!(source(""), Source::Tail));
    assert!(matches!(source("[kafka]\nbrokers = ['a:9092']"), Source::Kafka(_)));
    let tail = "source = 'tail'\n[kafka]\nbrokers = ['a:9092']";
    assert!(matches!(source(tail), Source::Tail));
    let feed = "source = 'feed'\n[feed]\nurl = 'https://a.example'\ntoken = 'b'";
    assert!(matches!(source(feed), Source::Feed(feed) if feed.token == "b"));
}

#[test]
fn tls_and_sasl_become_settings_of_the_client() {
    let file = "public_url = 'https://desk.example.com/'\n[kafka]\nbrokers = ['a:1', '[::1]:2']\n\
                security_protocol = 'sasl_ssl'\nsasl_mechanism = 'SCRAM-SHA-512'\n\
                sasl_username = 'docket'\nca_file = '/etc/ca.pem'\n\
                [kafka.settings]\n'socket.timeout.ms' = '5000'";
    let scene = Scene::new(file).variable("DOCKET_KAFKA_SASL_PASSWORD", "sesame");
    let config = scene.load();
    let kafka = config.kafka().unwrap();
    assert_eq!(kafka.brokers, ["a:1", "[::1]:2"]);
    assert_eq!(kafka.public_url.as_deref(), Some("https://desk.example.com"));
    assert_eq!((kafka.partitions, kafka.replication_factor), (12, -1));
    let client = kafka.client_config();
    for (name, value) in [
        ("security.protocol", "sasl_ssl"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.username", "docket"),
        ("sasl.password", "sesame"),
        ("ssl.ca.location", "/etc/ca.pem"),
        ("socket.timeout.ms", "5000"),
    ] {
        assert_eq!(client.get(name), Some(value), "{name}");
    }
    assert!(!config.show().contains("sesame"));
    assert!(!format!("{config:?}").contains("sesame"));
}

#[test]
fn systems_that_are_asked_are_tables_with_names() {
    let scene = Scene::new(
        "[external.BMS]\nurl = 'https://bms.example/docket'\n\
         secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\ntries = 3\nanswer_within = '2h'\n\
         [external.'Asset management']\nurl = 'http://ams:8080'\nsecret_file = 'SECRET'",
    );
    let path = scene.path("named.toml");
    let secret = scene.path("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let file = std::fs::read_to_string(&path).unwrap().replace("SECRET", &secret);
    std::fs::write(&path, file).unwrap();
    let config = scene.load();
    let [ams, bms] = &config.external[..] else { panic!("{:?}", config.external) };
    assert_eq!((ams.name.as_str(), bms.name.as_str()), ("Asset management", "BMS"));
    assert_eq!((ams.tries, ams.timeout.as_secs(), ams.answer_within.as_secs()), (8, 10, 259_200));
    assert_eq!((bms.tries, bms.answer_within.as_secs()), (3, 7200));
    assert_eq!(bms.url.as_str(), "https://bms.example/docket");
    assert_eq!(ams.secret, bms.secret);
    assert!(!config.show().contains("whsec_"), "{}", config.show());
}

#[test]
fn files_lie_in_the_data_directory_and_sealed_unless_there_is_a_bucket() {
    let scene = Scene::new("");
    let files = scene.load().files;
    let FilesPlace::Directory(directory) = files.place else { panic!("{:?}", files.place) };
    assert_eq!(directory, PathBuf::from(scene.path("data")).join("files"));
    assert_eq!((files.keep, files.max_file_bytes), (AtRest::Sealed, 256 << 20));

    let bucket = "[files.s3]\nendpoint = 'http://minio:9000'\nbucket = 'desk'\naccess_key_id = 'a'";
    let scene = Scene::new(bucket).variable("DOCKET_FILES_S3_SECRET_ACCESS_KEY", "sesame");
    let config = scene.load();
    let FilesPlace::Bucket(s3) = &config.files.place else { panic!("{:?}", config.files.place) };
    assert_eq!((s3.bucket.as_str(), s3.region.as_str()), ("desk", "us-east-1"));
    assert_eq!(s3.secret_access_key, "sesame");
    assert_eq!(config.files.keep, AtRest::Plain, "the bucket delivers it");
    assert!(!config.show().contains("sesame") && !format!("{config:?}").contains("sesame"));
    let sealed = scene.variable("DOCKET_FILES_KEEP", "sealed").load();
    assert_eq!(sealed.files.keep, AtRest::Sealed);
}

#[test]
fn engines_are_asked_in_the_order_they_are_named() {
    let engines =
        |names: &str| Scene::new("").variable("DOCKET_OCR_ENGINES", names).load().ocr.engines;
    assert_eq!(engines("tesseract,paddle,tesseract"), [EngineName::Tesseract, EngineName::Paddle]);
    assert_eq!(engines("off"), []);
    assert!(Scene::new("").load().ocr.instances >= 1, "one per core");
}

#[test]
fn unless_engines_are_named_those_read_whose_parts_are_there() {
    let scene = Scene::new("");
    let parts = scene.path("parts");
    let scene = scene.variable("DOCKET_OCR_PARTS", &parts);
    assert!(!scene.load().ocr.engines.contains(&EngineName::Paddle));
    std::fs::create_dir(&parts).unwrap();
    while let Some(missing) = PaddleParts::in_folder(parts.as_ref()).missing() {
        std::fs::write(missing, "").unwrap();
    }
    assert_eq!(scene.load().ocr.engines.first(), Some(&EngineName::Paddle), "and before the other");
}
