//! 200 MB go in and out, and memory stays where it was. A program of its own, so that no other test's memory counts.

#![expect(clippy::unwrap_used, reason = "tests")]

mod scene;

use std::time::Instant;

use files::AtRest;
use futures_util::TryStreamExt;
use scene::{Scene, noise, owner, seed, terms};

const MB: usize = 1_000_000;

/// The most memory this process ever had resident, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

/// Sends `length` bytes through the store and back; returns by how much the peak rose.
async fn through(scene: &Scene, length: usize) -> usize {
    let piece = noise(MB / 10, length as u64);
    let before = peak();
    let began = Instant::now();
    let mut upload = scene.store.upload(&owner(1), terms("trace.bin"), seed());
    for _ in 0..length / piece.len() {
        upload.write(&piece).await.unwrap();
    }
    let stored = upload.commit().await.unwrap();
    let (sent, began) = (began.elapsed(), Instant::now());
    assert_eq!(stored.size, length as u64);
    let reading = scene.store.read(&owner(1), &stored.address, None).await.unwrap();
    let read = reading.bytes.try_fold(0, async |sum, piece| Ok(sum + piece.len())).await.unwrap();
    assert_eq!(read, length);
    // The kernel counts per thread and adds up now and then.
    let rise = peak().saturating_sub(before);
    println!(
        "{} {:?}: {} MB in {sent:.2?}, out {:.2?}, peak {} MB, rose by {} MB",
        scene.name,
        scene.store.at_rest(),
        length / MB,
        began.elapsed(),
        peak() / MB,
        rise / MB
    );
    rise
}

#[tokio::test]
async fn memory_stays_flat_at_200_mb() {
    for at_rest in [AtRest::Plain, AtRest::Sealed] {
        let scene = Scene::local(at_rest);
        through(&scene, 20 * MB).await;
        assert!(through(&scene, 200 * MB).await < 24 * MB);
    }
    // The server's memory is this process's too.
    for at_rest in [AtRest::Plain, AtRest::Sealed] {
        let scene = Scene::s3(at_rest).await;
        through(&scene, 20 * MB).await;
        assert!(through(&scene, 200 * MB).await < 32 * MB);
    }
}
