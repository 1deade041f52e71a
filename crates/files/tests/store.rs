//! Files on their way in and out, in a directory and on S3, sealed and plain.

mod scene;

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use files::{
    AtRest, ByteRange, ContentType, Delivery, Disposition, Erased, FileName, FileStore, FilesError,
    Novelty, Refusal, S3Settings,
};
use futures_util::StreamExt;
use scene::{HOUR, Scene, everywhere, later, noise, owner, read, seed, terms, upload};

const MIB: usize = 1 << 20;

/// Whoever waits for so long waits in vain, on however busy a machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_goes_in_comes_out_whole_and_in_parts() {
    for scene in everywhere().await {
        for length in [1, 65_536, 65_537, 9 * MIB, 20 * MIB + 5] {
            let content = noise(length, 3);
            let stored = upload(&scene, &owner(1), "trace.bin", &content).await.unwrap();
            assert_eq!(stored.size, length as u64);
            assert_eq!(stored.novelty, Novelty::New);
            assert_eq!(stored.content_type.mime, "application/octet-stream");
            assert!(read(&scene, 1, &stored.address, None).await.unwrap() == content);
            let size = length as u64;
            for range in [
                ByteRange::Between(0, 0),
                ByteRange::Between(65_535, 65_536),
                ByteRange::From(size / 2),
                ByteRange::Between(size / 3, size / 3 + 200_000),
                ByteRange::Last(1),
            ] {
                match range.within(size) {
                    Ok(meant) => {
                        let part = read(&scene, 1, &stored.address, Some(range)).await.unwrap();
                        let meant = meant.start as usize..meant.end as usize;
                        assert!(part == content[meant], "{} {length} {range:?}", scene.name);
                    }
                    Err(_) => assert!(matches!(
                        read(&scene, 1, &stored.address, Some(range)).await,
                        Err(FilesError::RangeNotSatisfiable { .. })
                    )),
                }
            }
        }
    }
}

#[tokio::test]
async fn the_same_content_is_stored_once_for_an_owner_and_never_shared_between_two() {
    for scene in everywhere().await {
        let content = noise(MIB, 4);
        let first = upload(&scene, &owner(1), "a.bin", &content).await.unwrap();
        let again = upload(&scene, &owner(1), "b.bin", &content).await.unwrap();
        assert_eq!((again.address, again.novelty), (first.address, Novelty::Known));
        assert_eq!(scene.on_disk().len(), 1, "{}", scene.name);
        let other = upload(&scene, &owner(2), "a.bin", &content).await.unwrap();
        assert_eq!(other.novelty, Novelty::New);
        assert_ne!(other.address, first.address);
        assert_eq!(scene.on_disk().len(), 2);
        assert!(matches!(
            scene.store.read(&owner(2), &first.address, None).await,
            Err(FilesError::AnothersFile)
        ));
    }
}

#[tokio::test]
async fn the_same_content_uploaded_twice_at_once_is_one_whole_file() {
    for scene in everywhere().await {
        let content = noise(20 * MIB, 5);
        let (one, two) = (owner(1), owner(1));
        let (one, two) = tokio::join!(
            upload(&scene, &one, "a.bin", &content),
            upload(&scene, &two, "b.bin", &content),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.address, two.address);
        assert!(read(&scene, 1, &one.address, None).await.unwrap() == content);
        assert_eq!(scene.on_disk().len(), 1, "{}", scene.name);
    }
}

#[tokio::test]
async fn a_file_can_be_read_while_it_is_written_again() {
    let scene = Scene::local(AtRest::Sealed);
    let content = noise(300_000, 6);
    let stored = upload(&scene, &owner(1), "a.bin", &content).await.unwrap();
    let writing = async {
        for _ in 0..40 {
            upload(&scene, &owner(1), "a.bin", &content).await.unwrap();
        }
    };
    let reading = async {
        for _ in 0..40 {
            assert!(read(&scene, 1, &stored.address, None).await.unwrap() == content);
        }
    };
    tokio::join!(writing, reading);
}

#[tokio::test]
async fn what_lies_sealed_cannot_be_read_on_the_disk_and_what_is_changed_does_not_open() {
    let scene = Scene::local(AtRest::Sealed);
    let content = "the customer's secret ".repeat(5000).into_bytes();
    let stored = upload(&scene, &owner(1), "a.txt", &content).await.unwrap();
    let (path, mut bytes) = scene.on_disk().pop().unwrap();
    assert!(!bytes.windows(8).any(|part| part == b"customer"));
    bytes[50_000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(read(&scene, 1, &stored.address, None).await, Err(FilesError::DoesNotOpen)));
    std::fs::write(&path, &bytes[..bytes.len() - 60_000]).unwrap();
    assert!(read(&scene, 1, &stored.address, None).await.is_err());
}

#[tokio::test]
async fn a_refused_file_leaves_nothing() {
    for scene in everywhere().await {
        let mut page = b"<html><script>alert(1)</script>".to_vec();
        page.resize(20_000, b' ');
        let refused = upload(&scene, &owner(1), "photo.png", &page).await.unwrap_err();
        let named_and_found = Refusal::Disguised { named: "image/png", found: "text/html" };
        assert!(matches!(refused, FilesError::Refused(refusal) if refusal == named_and_found));
        let refused = upload(&scene, &owner(1), "empty.txt", b"").await.unwrap_err();
        assert!(matches!(refused, FilesError::Refused(Refusal::Empty)));
        // Told only by the end, when parts have been sent.
        let mut cut_off =
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0crc.".to_vec();
        cut_off.extend_from_slice(b"\x02\0\0\0IDAT");
        cut_off.extend_from_slice(&noise(18 * MIB, 7));
        let refused = upload(&scene, &owner(1), "photo.png", &cut_off).await.unwrap_err();
        assert!(matches!(refused, FilesError::Refused(Refusal::Damaged)), "{refused:?}");
        let mut short = terms("a.bin");
        short.max_bytes = 17 * MIB as u64;
        let mut long = scene.store.upload(&owner(1), short, seed());
        let mut refused = None;
        for piece in noise(18 * MIB, 8).chunks(MIB) {
            refused = long.write(piece).await.err();
        }
        assert!(matches!(refused, Some(FilesError::Refused(Refusal::TooLarge { .. }))));
        long.abort().await;
        assert_eq!(scene.on_disk(), [], "{}", scene.name);
    }
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_nothing() {
    for scene in everywhere().await {
        for length in [MIB, 30 * MIB] {
            let mut cut = scene.store.upload(&owner(1), terms("a.bin"), seed());
            for piece in noise(length, 9).chunks(MIB) {
                cut.write(piece).await.unwrap();
            }
            // What is small waits in memory.
            assert_eq!(scene.on_disk().is_empty(), length == MIB, "{}: {length}", scene.name);
            drop(cut);
            let begun = Instant::now();
            while !scene.on_disk().is_empty() {
                assert!(begun.elapsed() < PATIENCE, "{}: {length}", scene.name);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
}

#[tokio::test]
async fn a_commit_whose_caller_is_gone_goes_to_its_end() {
    for scene in everywhere().await {
        let content = noise(12 * MIB, 18);
        let mut upload = scene.store.upload(&owner(1), terms("a.bin"), seed());
        for piece in content.chunks(MIB) {
            upload.write(piece).await.unwrap();
        }
        let mut commit = Box::pin(upload.commit());
        // Begun, and dropped at its first wait.
        assert!(futures_util::poll!(&mut commit).is_pending());
        drop(commit);
        let is_underway = |path: &Path| {
            let path = path.to_string_lossy();
            path.contains("/uploads/") || path.contains('#') || path.contains(".upload")
        };
        let begun = Instant::now();
        loop {
            let on_disk = scene.on_disk();
            if on_disk.len() == 1 && !on_disk.iter().any(|(path, _)| is_underway(path)) {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{}: {} files", scene.name, on_disk.len());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let known = scene::upload(&scene, &owner(1), "a.bin", &content).await.unwrap();
        assert_eq!(known.novelty, Novelty::Known, "{}", scene.name);
    }
}

#[tokio::test]
async fn a_name_never_leads_out_of_the_directory() {
    let scene = Scene::local(AtRest::Plain);
    for name in ["../../../tmp/x.txt", "..\\x.txt", "/etc/passwd", "a\0b.txt", "~/.ssh/id"] {
        upload(&scene, &owner(1), name, b"text").await.unwrap();
    }
    let [(path, content)] = &scene.on_disk()[..] else { panic!("one content") };
    assert_eq!(content, b"text");
    let below = path.strip_prefix(scene.directory.path().canonicalize().unwrap());
    assert!(below.unwrap_or(path).to_string_lossy().contains("files/"));
}

#[tokio::test]
async fn erasing_an_owner_takes_their_files_and_no_others() {
    for scene in everywhere().await {
        let content = noise(MIB, 10);
        let gone = upload(&scene, &owner(1), "a.bin", &content).await.unwrap();
        let large = upload(&scene, &owner(1), "b.bin", &noise(9 * MIB, 11)).await.unwrap();
        let kept = upload(&scene, &owner(2), "a.bin", &content).await.unwrap();
        let ids = [owner(1).key_id(), owner(2).key_id()];
        assert_eq!(scene.store.owners().await.unwrap(), ids, "{}", scene.name);
        let erased = scene.store.erase_owner(owner(1).key_id()).await.unwrap();
        assert_eq!(erased.files, 2);
        assert!(erased.bytes >= 10 * MIB as u64, "{erased:?}");
        let again = scene.store.erase_owner(owner(1).key_id()).await.unwrap();
        assert_eq!(again, Erased::default());
        for address in [gone.address, large.address] {
            let read = scene.store.read(&owner(1), &address, None).await;
            assert!(matches!(read, Err(FilesError::NotFound)));
        }
        assert!(read(&scene, 2, &kept.address, None).await.unwrap() == content);
        assert_eq!(scene.store.owners().await.unwrap(), ids[1..]);
        assert_eq!(scene.on_disk().len(), 1);
    }
}

#[tokio::test]
async fn a_sweep_takes_what_is_old_and_nobody_refers_to() {
    for scene in everywhere().await {
        let kept = upload(&scene, &owner(1), "a.bin", &noise(1000, 12)).await.unwrap().address;
        let orphan = upload(&scene, &owner(1), "b.bin", &noise(1000, 13)).await.unwrap().address;
        let referenced = |_| async move { Ok(HashSet::from([kept])) };
        let young = scene.store.sweep(later(HOUR / 2), HOUR, referenced).await.unwrap();
        assert_eq!((young.files, young.unreferenced), (2, 0), "{}", scene.name);
        let old = scene.store.sweep(later(2 * HOUR), HOUR, referenced).await.unwrap();
        assert_eq!((old.files, old.unreferenced), (2, 1));
        let gone = scene.store.sweep(later(4 * HOUR), HOUR, referenced).await.unwrap();
        assert_eq!((gone.files, gone.unreferenced, gone.removed), (1, 0, 1));
        assert!(gone.bytes >= 1000, "{gone:?}");
        assert!(read(&scene, 1, &kept, None).await.is_ok());
        assert!(matches!(read(&scene, 1, &orphan, None).await, Err(FilesError::NotFound)));
        assert_eq!(scene.on_disk().len(), 1);
    }
}

#[tokio::test]
async fn a_sweep_takes_what_a_killed_process_left() {
    let scene = Scene::local(AtRest::Sealed);
    let mut killed = scene.store.upload(&owner(1), terms("a.bin"), seed());
    killed.write(&noise(20 * MIB, 14)).await.unwrap();
    // Neither dropped nor aborted, as with `kill -9`.
    std::mem::forget(killed);
    assert_eq!(scene.on_disk().len(), 1);
    let nobody = |_| async { Ok(HashSet::new()) };
    let young = scene.store.sweep(later(HOUR / 2), HOUR, nobody).await.unwrap();
    assert_eq!(young.abandoned, 0);
    let old = scene.store.sweep(later(2 * HOUR), HOUR, nobody).await.unwrap();
    assert_eq!(old.abandoned, 1);
    assert_eq!(scene.on_disk(), []);
}

#[tokio::test]
async fn a_presigned_link_gives_the_file_and_only_as_it_was_signed() {
    let scene = Scene::s3(AtRest::Plain).await;
    let content = noise(100_000, 16);
    let stored = upload(&scene, &owner(1), "现场.bin", &content).await.unwrap();
    let delivery =
        Delivery::of(&FileName::clean("现场.bin"), stored.content_type, Disposition::Attachment);
    let while_tested = Duration::from_secs(600);
    let link =
        scene.store.presigned(&stored.address, &delivery, while_tested).await.unwrap().unwrap();
    assert!(link.contains("response-content-disposition=attachment"));
    let client = reqwest::Client::new();
    let status = async |link: &str| client.get(link).send().await.unwrap().status().as_u16();
    let answer = client.get(&link).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.bytes().await.unwrap() == content);
    let range = client.get(&link).header("range", "bytes=10-19").send().await.unwrap();
    assert_eq!(range.status().as_u16(), 206);
    assert!(range.bytes().await.unwrap() == content[10..20]);
    for (from, to) in [
        ("disposition=attachment", "disposition=inline"),
        ("X-Amz-Expires=600", "X-Amz-Expires=6000"),
        ("X-Amz-Date=20", "X-Amz-Date=21"),
        (".plain", ".plain2"),
    ] {
        assert!(link.contains(from), "{link}");
        assert_eq!(status(&link.replacen(from, to, 1)).await, 403, "{from}");
    }
    let (rest, last) = link.split_at(link.len() - 1);
    let forged = format!("{rest}{}", if last == "0" { "1" } else { "0" });
    assert!(rest.contains("X-Amz-Signature="));
    assert_eq!(status(&forged).await, 403);
    let unsigned = link.split('?').next().unwrap();
    assert_eq!(status(unsigned).await, 403);
    let second = Duration::from_secs(1);
    let brief = scene.store.presigned(&stored.address, &delivery, second).await.unwrap().unwrap();
    let begun = Instant::now();
    while status(&brief).await == 200 {
        assert!(begun.elapsed() < PATIENCE, "it does not expire");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status(&brief).await, 403);
}

#[tokio::test]
async fn what_only_docket_can_deliver_has_no_presigned_link() {
    for scene in
        [Scene::local(AtRest::Plain), Scene::local(AtRest::Sealed), Scene::s3(AtRest::Sealed).await]
    {
        let stored = upload(&scene, &owner(1), "a.txt", b"text").await.unwrap();
        let delivery = Delivery::of(
            &FileName::clean("a.txt"),
            ContentType::from_mime("text/plain"),
            Disposition::Attachment,
        );
        let link = scene.store.presigned(&stored.address, &delivery, HOUR).await.unwrap();
        assert_eq!(link, None);
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_used_says_so() {
    let mut scene = Scene::s3(AtRest::Plain).await;
    scene.store.probe().await.unwrap();
    let settings = scene.settings.clone().unwrap();
    let gone = S3Settings { bucket: "gone".into(), ..settings.clone() };
    let gone = FileStore::s3(&gone, AtRest::Plain).unwrap().probe().await;
    assert!(matches!(gone, Err(FilesError::Store(_))), "{gone:?}");
    let wrong = S3Settings { secret_access_key: "other".into(), ..settings };
    scene.store = FileStore::s3(&wrong, AtRest::Plain).unwrap();
    assert!(matches!(scene.store.probe().await, Err(FilesError::Store(_))));
    for length in [MIB, 6 * MIB] {
        let uploaded = upload(&scene, &owner(1), "a.bin", &noise(length, 17)).await;
        assert!(matches!(uploaded, Err(FilesError::Store(_))));
    }
    assert_eq!(scene.on_disk(), []);
    let local = Scene::local(AtRest::Plain);
    local.store.probe().await.unwrap();
    std::fs::remove_dir_all(local.directory.path()).unwrap();
    assert!(local.store.probe().await.is_err());
}

#[tokio::test]
async fn what_docket_made_itself_is_sealed_though_uploads_are_plain() {
    let scene = Scene::s3(AtRest::Plain).await;
    let text = "recognised text ".repeat(10_000).into_bytes();
    let address = scene.store.put(&owner(1), &text, AtRest::Sealed, seed()).await.unwrap();
    assert_eq!(address.at_rest(), AtRest::Sealed);
    assert_eq!(scene.store.read_all(&owner(1), &address, 1 << 20).await.unwrap(), text);
    let bounded = scene.store.read_all(&owner(1), &address, 1000).await;
    assert!(matches!(bounded, Err(FilesError::Refused(Refusal::TooLarge { .. }))));
    let (_, stored) = scene.on_disk().pop().unwrap();
    assert!(!stored.windows(10).any(|part| part == b"recognised"));
    let mut reading = scene.store.read(&owner(1), &address, None).await.unwrap().bytes;
    assert!(reading.next().await.unwrap().unwrap().len() <= 64 << 10);
}
