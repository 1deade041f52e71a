//! The place of files: who needs it, and what is said when it is away.

use std::fs;
use std::time::{Duration, Instant};

use super::metrics::scraped;
use super::status::json_status;
use super::{api_alone, roles};
use crate::support::Desk;

/// It is asked every ten seconds, and machines are busy.
const NOTICED: Duration = Duration::from_secs(120);

async fn until_files_are(desk: &Desk, up: f64) {
    let begun = Instant::now();
    while scraped(desk).await.1.get("docket_files_up") != Some(&up) {
        assert!(begun.elapsed() < NOTICED, "nobody noticed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn only_those_who_touch_files_have_a_place_for_them() {
    let api = api_alone().await;
    assert!(api.files_dir().is_dir());
    assert_eq!(scraped(&api).await.1.get("docket_files_up"), Some(&1.0));
    let projector = api.beside(roles("projector").variable("DOCKET_FILES_DIRECTORY", "")).await;
    assert!(!projector.files_dir().exists());
    assert_eq!(scraped(&projector).await.1.get("docket_files_up"), None);
}

#[tokio::test]
async fn a_place_of_files_that_goes_away_is_told_and_tickets_go_on() {
    let api = api_alone().await;
    let _others = api.beside(roles("projector,worker")).await;
    until_files_are(&api, 1.0).await;

    let away = api.folder.join("away");
    fs::rename(api.files_dir(), &away).unwrap();
    until_files_are(&api, 0.0).await;
    api.anonymous().get("/readyz").await.expect(200);
    let begun = Instant::now();
    loop {
        let (_, told) = json_status(&api).await;
        let processes = told["processes"].as_array().unwrap();
        let mut troubles = processes.iter().filter_map(|process| process["trouble"].as_str());
        if troubles.any(|trouble| trouble.starts_with("The store of files does not answer: ")) {
            break;
        }
        assert!(begun.elapsed() < NOTICED, "the process says nothing: {told}");
    }

    fs::rename(away, api.files_dir()).unwrap();
    until_files_are(&api, 1.0).await;
}
