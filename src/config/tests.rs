use std::path::PathBuf;
use std::time::Duration;

use domain::user::Role;
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
    assert_eq!(config.open_mode, Some(Role::Handler), "flag");
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
fn an_unknown_key_is_named() {
    assert!(Scene::new("lisen = ['127.0.0.1:1']").refusal().contains("no key `lisen`"));
    assert!(Scene::new("[rate_limit]\nx = 1").refusal().contains("no table `rate_limit`"));
    let refusal = Scene::new("[rate_limits]\nlogins = 1").refusal();
    assert!(refusal.contains("no key `rate_limits.logins`"), "{refusal}");
    assert!(refusal.contains("named.toml"), "{refusal}");
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
