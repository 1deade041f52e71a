//! What nobody refers to stands aside before it is removed: nothing is lost to an upload at the same time.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

mod scene;

use std::cell::Cell;
use std::collections::HashSet;

use files::{AtRest, ByteRange, Delivery, Disposition, FileName, FilesError, Novelty, StoredFile};
use scene::{HOUR, Scene, everywhere, later, noise, owner, read, upload};

/// A content that was uploaded again and named after a sweep had asked who names it, and before it took it away.
async fn swept_while_uploaded_again(scene: &Scene) -> StoredFile {
    let content = noise(1000, 15);
    let stored = upload(scene, &owner(1), "a.bin", &content).await.unwrap();
    let asked = Cell::new(0);
    let meanwhile = |_| async {
        // The first question is of what lies there, the second of what stands aside.
        if asked.replace(asked.get() + 1) == 0 {
            upload(scene, &owner(1), "b.bin", &noise(1000, 15)).await.unwrap();
        }
        Ok(HashSet::new())
    };
    let swept = scene.store.sweep(later(2 * HOUR), HOUR, meanwhile).await.unwrap();
    assert_eq!((swept.unreferenced, swept.removed), (1, 0), "{}", scene.name);
    stored
}

#[tokio::test]
async fn what_is_uploaded_again_while_it_is_swept_is_not_lost() {
    for scene in everywhere().await {
        let stored = swept_while_uploaded_again(&scene).await;
        let content = noise(1000, 15);
        let whole = async || read(&scene, 1, &stored.address, None).await.unwrap() == content;
        let range = Some(ByteRange::Between(10, 19));
        assert!(whole().await, "{}", scene.name);
        assert!(read(&scene, 1, &stored.address, range).await.unwrap() == content[10..20]);
        let named = |_| async { Ok(HashSet::from([stored.address])) };
        let swept = scene.store.sweep(later(10 * HOUR), HOUR, named).await.unwrap();
        assert_eq!((swept.put_back, swept.removed), (1, 0), "{}", scene.name);
        let swept = scene.store.sweep(later(10 * HOUR), HOUR, named).await.unwrap();
        assert_eq!((swept.files, swept.put_back), (1, 0), "{}", scene.name);
        assert!(whole().await, "{}", scene.name);
        assert_eq!(scene.on_disk().len(), 1, "{}", scene.name);
    }
}

#[tokio::test]
async fn what_stands_aside_is_replaced_by_what_is_uploaded_anew() {
    for scene in everywhere().await {
        let stored = swept_while_uploaded_again(&scene).await;
        let content = noise(1000, 15);
        let anew = upload(&scene, &owner(1), "c.bin", &content).await.unwrap();
        assert_eq!((anew.address, anew.novelty), (stored.address, Novelty::New));
        let named = |_| async { Ok(HashSet::from([stored.address])) };
        scene.store.sweep(later(10 * HOUR), HOUR, named).await.unwrap();
        assert!(read(&scene, 1, &stored.address, None).await.unwrap() == content);
        assert_eq!(scene.on_disk().len(), 1, "{}", scene.name);
    }
}

#[tokio::test]
async fn what_stands_aside_is_its_owners_and_is_erased_with_them() {
    for scene in everywhere().await {
        let stored = swept_while_uploaded_again(&scene).await;
        assert_eq!(scene.store.owners().await.unwrap(), [owner(1).key_id()], "{}", scene.name);
        let erased = scene.store.erase_owner(owner(1).key_id()).await.unwrap();
        assert_eq!(erased.files, 1, "{}", scene.name);
        assert!(matches!(read(&scene, 1, &stored.address, None).await, Err(FilesError::NotFound)));
        assert!(scene.store.owners().await.unwrap().is_empty());
        assert_eq!(scene.on_disk(), [], "{}", scene.name);
    }
}

#[tokio::test]
async fn a_presigned_link_finds_what_stands_aside_and_is_not_made_for_what_is_gone() {
    let scene = Scene::s3(AtRest::Plain).await;
    let stored = swept_while_uploaded_again(&scene).await;
    let name = FileName::clean("a.bin");
    let delivery = Delivery::of(&name, stored.content_type, Disposition::Attachment);
    let link = async || scene.store.presigned(&stored.address, &delivery, HOUR).await;
    let answer = reqwest::get(link().await.unwrap().unwrap()).await.unwrap();
    assert!(answer.bytes().await.unwrap() == noise(1000, 15));
    scene.store.erase_owner(owner(1).key_id()).await.unwrap();
    assert!(matches!(link().await, Err(FilesError::NotFound)));
}
