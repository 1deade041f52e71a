//! A directory that is full. Where this machine lets nobody mount a small one, there is nothing to see.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

mod scene;

use std::process::Command;

use files::{AtRest, FileStore};
use scene::{Scene, noise, owner, upload};

const MIB: usize = 1 << 20;

/// Eight megabytes, mounted for as long as it lives.
struct Small(tempfile::TempDir);

impl Small {
    fn mounted() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(directory.path());
        let is_mounted = mount.output().is_ok_and(|output| output.status.success());
        is_mounted.then_some(Self(directory))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).output());
    }
}

#[tokio::test]
async fn a_directory_that_is_full_says_so_and_nothing_is_left_there() {
    let Some(small) = Small::mounted() else {
        eprintln!("skipped: nothing can be mounted here");
        return;
    };
    let store = FileStore::local(small.0.path(), AtRest::Sealed).unwrap();
    let scene = Scene { store, ..Scene::local(AtRest::Sealed) };
    let kept = upload(&scene, &owner(1), "a.bin", &noise(MIB, 1)).await.unwrap();
    upload(&scene, &owner(1), "b.bin", &noise(4 * MIB, 2)).await.unwrap();
    for length in [4 * MIB, 7 * MIB, 30 * MIB] {
        let full = upload(&scene, &owner(1), "c.bin", &noise(length, 3)).await;
        assert!(full.as_ref().is_err_and(files::FilesError::is_full), "{length}: {full:?}");
    }
    // All of them have left their room to others.
    upload(&scene, &owner(1), "d.bin", &noise(2 * MIB, 4)).await.unwrap();
    let read = scene.store.read_all(&owner(1), &kept.address, 2 << 20).await.unwrap();
    assert!(read == noise(MIB, 1));
}
