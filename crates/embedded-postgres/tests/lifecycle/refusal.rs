//! Starts that must not happen.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use embedded_postgres::{EmbeddedPostgres, Error};

use crate::support::{Scene, options};

async fn refusal(scene: &Scene) -> Error {
    EmbeddedPostgres::start(scene.options()).await.unwrap_err()
}

#[tokio::test]
async fn a_second_server_on_one_data_directory_is_refused() {
    let scene = Scene::new();
    let postgres = scene.start().await;
    let error = refusal(&scene).await;
    let own = std::process::id();
    assert!(matches!(error, Error::InUse { holder: Some(pid), .. } if pid == own), "{error:?}");
    postgres.stop().await.unwrap();
    scene.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_of_another_version_is_refused_and_left_alone() {
    let scene = Scene::new();
    fs::create_dir_all(scene.cluster()).unwrap();
    let version = scene.cluster().join("PG_VERSION");

    fs::write(&version, "99\n").unwrap();
    let newer = refusal(&scene).await;
    assert!(matches!(newer, Error::ClusterIsNewer { .. }), "{newer:?}");
    assert!(newer.to_string().contains("Postgres 99"), "{newer}");

    fs::write(&version, "9.6\n").unwrap();
    let older = refusal(&scene).await;
    assert!(matches!(older, Error::ClusterIsOlder { .. }), "{older:?}");
    assert_eq!(fs::read_to_string(&version).unwrap(), "9.6\n");
}

#[tokio::test]
async fn a_folder_with_other_files_is_refused_and_left_alone() {
    let scene = Scene::new();
    fs::create_dir_all(scene.cluster()).unwrap();
    let file = scene.cluster().join("letter.txt");
    fs::write(&file, "Dear all").unwrap();
    let error = refusal(&scene).await;
    assert!(matches!(error, Error::NotACluster { .. }), "{error:?}");
    assert!(file.exists());
}

#[tokio::test]
async fn a_failed_start_quotes_the_log() {
    let scene = Scene::new();
    let mut options = scene.options();
    options.settings.push(("shared_buffers".into(), "much".into()));
    let error = EmbeddedPostgres::start(options).await.unwrap_err();
    assert!(matches!(error, Error::StartFailed { .. }), "{error:?}");
    assert!(error.to_string().contains("shared_buffers"), "{error}");
    // What was created is good; the next start takes it.
    scene.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn root_is_told_which_folder_is_closed_to_postgres() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scene = Scene::new();
    fs::create_dir(scene.data_dir()).unwrap();
    fs::set_permissions(scene.data_dir(), Permissions::from_mode(0o700)).unwrap();
    let data_dir = scene.data_dir().join("below");
    let error = EmbeddedPostgres::start(options(&data_dir)).await.unwrap_err();
    let closed = fs::canonicalize(scene.data_dir()).unwrap();
    assert!(
        matches!(&error, Error::NotTraversable { folder, .. } if *folder == closed),
        "{error:?}"
    );
    assert!(error.to_string().contains("chmod o+x"), "{error}");
}
