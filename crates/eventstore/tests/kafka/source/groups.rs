//! Several consumers share the partitions.

use std::time::Duration;

use eventstore::EventSource;

use super::scene::{Checkpoints, Consumer, Scene};

#[tokio::test]
async fn two_share_the_partitions_and_one_takes_over_when_the_other_goes() {
    let mut scene = Scene::with_partitions(6).await;
    let records = scene.append(400).await;
    scene.produce(&records[..100]).await;
    let checkpoints = Checkpoints::default();
    let mut first = scene.member("views", &checkpoints);
    first.until(100).await;
    assert_eq!(first.mine.len(), 6);

    let mut second = scene.member("views", &checkpoints);
    tokio::join!(first.until_given(3), second.until_given(3));
    assert!(first.mine.iter().all(|number| !second.mine.contains(number)));
    scene.produce(&records[100..200]).await;
    both_until(&mut first, &mut second, 200).await;

    // Whatever a member asks for from now on is of its own partitions: a consumer asserts that itself.
    drop(second);
    scene.produce(&records[200..300]).await;
    first.until_given(6).await;
    first.until(300).await;

    let mut third = scene.member("views", &checkpoints);
    tokio::join!(first.until_given(3), third.until_given(3));
    scene.produce(&records[300..]).await;
    both_until(&mut first, &mut third, 400).await;
    assert_eq!(checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn another_group_has_all_of_it_for_itself() {
    let mut scene = Scene::with_partitions(3).await;
    let records = scene.append(50).await;
    scene.produce(&records).await;
    let (mut views, mut search) = (scene.consumer("views"), scene.consumer("search"));
    tokio::join!(views.until(50), search.until(50));
    assert_eq!(views.checkpoints.events(), search.checkpoints.events());
}

#[tokio::test]
async fn who_goes_before_it_has_begun_holds_up_nobody() {
    let mut scene = Scene::with_partitions(2).await;
    // Until then the others would wait for it, had it not said that it goes.
    scene.settings.session_timeout = Duration::from_secs(45);
    let records = scene.append(20).await;
    scene.produce(&records).await;
    let mut first = scene.consumer("views");
    // It is told its partitions, and never asks for more.
    first.source.next(1).await.unwrap();
    drop(first);
    let mut second = scene.consumer("views");
    let waited = second.until(20).await;
    assert!(waited < scene.settings.session_timeout, "{waited:?}");
}

#[tokio::test]
async fn who_has_no_partition_waits_for_one() {
    let mut scene = Scene::with_partitions(1).await;
    let checkpoints = Checkpoints::default();
    let mut first = scene.member("views", &checkpoints);
    first.until_given(1).await;
    let mut second = scene.member("views", &checkpoints);
    let records = scene.append(20).await;
    scene.produce(&records[..10]).await;
    both_until(&mut first, &mut second, 10).await;
    drop(first);
    scene.produce(&records[10..]).await;
    second.until(20).await;
    assert_eq!(checkpoints.events(), scene.expected().await);
}

/// Both go on until the group has so many events.
async fn both_until(one: &mut Consumer, other: &mut Consumer, count: usize) {
    let checkpoints = one.checkpoints.clone();
    while checkpoints.count() < count {
        tokio::select! {
            step = one.step() => drop(step.unwrap()),
            step = other.step() => drop(step.unwrap()),
        }
    }
    assert_eq!(checkpoints.count(), count);
}
