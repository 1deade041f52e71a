//! Ticket types, filled forms and files: samples, and random lives of many.

use domain::file::{
    FileAddress, FileEvent, NotReadReason, OcrEngine, ReadSettings, Removed, TextLanguage,
    TextLayout, TextNotRead, TextRead, TextSource, ThumbnailMade, ThumbnailNotMade,
};
use domain::ticket::events::{
    DataChanged, FileAttached, FileRemoved, FileRenamed, FilledForm, ImagesReordered,
};
use domain::ticket::{FileRole, TicketEvent, Visibility};
use domain::ticket_type::events::{
    TicketTypeDefined, TicketTypeReinstated, TicketTypeRenamed, TicketTypeRetired,
    TicketTypeRevised,
};
use domain::ticket_type::{DeclaredData, Definition, TicketTypeEvent, TicketTypeForm};
use domain::vocabulary::{MediaType, TypeName};
use domain::{FileId, Personal, ReadingId, TicketId, TicketTypeId};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::support::{Dice, WORDS, comment, ticket, user};
use crate::work::Work;

pub fn ticket_type(n: u128) -> TicketTypeId {
    TicketTypeId(Uuid::from_u128(0xF0_0000 + n))
}

/// The file `k` of ticket `n`.
pub fn file(n: u128, k: u128) -> FileId {
    FileId(Uuid::from_u128(0xF1_0000_0000 + (n << 8) + k))
}

pub fn address(n: u128) -> FileAddress {
    format!("{}/{n:064x}.sealed", Uuid::from_u128(7)).parse().unwrap()
}

/// A form of the fields that are filtered by, and of one that is personal.
pub fn definition() -> Definition {
    let option = |value: &str| json!({ "value": value, "label": { "en": value } });
    let field = |id: &str, kind: &str| json!({ "id": id, "kind": kind, "label": { "en": id }, "filterable": true });
    let mut bands = field("bands", "multi_select");
    bands["options"] = json!([option("n1"), option("n28"), option("n78")]);
    let form: TicketTypeForm = serde_json::from_value(json!({
        "name": "any",
        "fields": [
            field("site_id", "text"), field("level", "integer"), field("at", "date_time"), bands,
            field("down", "boolean"),
            { "id": "note", "kind": "text", "label": { "en": "Note" } },
        ],
    }))
    .unwrap();
    form.parse().unwrap().definition
}

pub fn type_defined(name: &str) -> TicketTypeEvent {
    TicketTypeEvent::Defined(Box::new(TicketTypeDefined {
        name: TypeName::parse(name).unwrap(),
        title: None,
        description: None,
        definition: definition(),
    }))
}

/// A version without the field `level`, and with another one that is filtered by.
pub fn type_revised(version: u32) -> TicketTypeEvent {
    let mut definition = definition();
    definition.fields.remove(1);
    definition.fields.push({
        let form: TicketTypeForm = serde_json::from_value(json!({
            "name": "any",
            "fields": [{ "id": "day", "kind": "date", "label": { "en": "Day" }, "filterable": true }],
        }))
        .unwrap();
        form.parse().unwrap().definition.fields.remove(0)
    });
    TicketTypeEvent::Revised(Box::new(TicketTypeRevised { version, definition }))
}

pub fn type_renamed(name: &str) -> TicketTypeEvent {
    TicketTypeEvent::Renamed(TicketTypeRenamed { name: TypeName::parse(name).unwrap() })
}

pub fn type_retired() -> TicketTypeEvent {
    TicketTypeEvent::Retired(TicketTypeRetired {})
}

pub fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

pub fn filled(of: TicketTypeId, declared: Value) -> FilledForm {
    FilledForm { ticket_type_id: of, version: 1, declared: DeclaredData(map(declared)) }
}

/// All data anew: what is declared, and a personal note.
pub fn data_changed(name: &str, form: Option<FilledForm>, personal: Value) -> TicketEvent {
    TicketEvent::DataChanged(DataChanged {
        ticket_type: Some(TypeName::parse(name).unwrap()),
        data: Some(Personal::Known(map(personal))),
        form,
    })
}

pub fn attached(file_id: FileId, role: FileRole, name: &str, content_type: &str) -> TicketEvent {
    TicketEvent::FileAttached(FileAttached {
        file_id,
        role,
        name: name.into(),
        content_type: MediaType::parse(content_type).unwrap(),
        size: 1234,
        sha256: "ab".repeat(32).as_str().into(),
        address: address(1),
        width: Some(640),
        height: None,
        uploaded_by: Some(user(1)),
    })
}

pub fn image(file_id: FileId, name: &str) -> TicketEvent {
    attached(file_id, FileRole::Image, name, "image/png")
}

pub fn file_renamed(file_id: FileId, name: &str) -> TicketEvent {
    TicketEvent::FileRenamed(FileRenamed { file_id, name: name.into() })
}

pub fn file_removed(file_id: FileId) -> TicketEvent {
    TicketEvent::FileRemoved(FileRemoved { file_id })
}

pub fn reordered(order: Vec<FileId>) -> TicketEvent {
    TicketEvent::ImagesReordered(ImagesReordered { order })
}

pub fn text_read(ticket_id: TicketId, n: u128, text: &str) -> FileEvent {
    FileEvent::TextRead(Box::new(TextRead {
        ticket_id,
        reading_id: ReadingId(Uuid::from_u128(n)),
        source: TextSource::Ocr,
        engine: Some(OcrEngine::Paddle),
        engine_version: None,
        model: None,
        settings: ReadSettings::default(),
        language: TextLanguage::English,
        mean_confidence: Some(0.9),
        width: Some(640),
        height: Some(480),
        page_count: 2,
        pages_read: 1,
        duration_ms: 120,
        fallback: None,
        text: text.into(),
        layout: Some(TextLayout::Inline { pages: Personal::Known(Vec::new()) }),
    }))
}

pub fn text_not_read(ticket_id: TicketId, n: u128) -> FileEvent {
    FileEvent::TextNotRead(TextNotRead {
        ticket_id,
        reading_id: ReadingId(Uuid::from_u128(n)),
        settings: ReadSettings::default(),
        reason: NotReadReason::Damaged,
        engine: None,
    })
}

pub fn thumbnail(ticket_id: TicketId) -> FileEvent {
    let (width, height, size) = (320, 240, 9_000);
    FileEvent::ThumbnailMade(ThumbnailMade { ticket_id, address: address(2), width, height, size })
}

pub fn removed(ticket_id: TicketId) -> FileEvent {
    FileEvent::Removed(Removed { ticket_id })
}

/// Random, but always the same, types, forms and files of these tickets, in any order.
pub fn papers(seed: u64, tickets: u32, events: usize) -> Vec<(Work, i64)> {
    let mut dice = Dice(seed);
    let mut log = Vec::new();
    for n in 1..=2 {
        log.push((Work::TicketType(ticket_type(n), type_defined(&format!("Type {n}"))), 1));
    }
    for i in 0..events {
        let n = u128::from(1 + dice.roll(u64::from(tickets)));
        let k = u128::from(dice.roll(3));
        let (id, file) = (ticket(n), file(n, k));
        let what = match dice.roll(15) {
            0 => Work::TicketType(ticket_type(1 + k % 2), some_change(&mut dice)),
            1..=3 => Work::Ticket(id, some_data(&mut dice)),
            4..=6 => Work::Ticket(id, image(file, "a.png")),
            7 => Work::Ticket(id, file_renamed(file, "b.png")),
            8 => Work::Ticket(id, file_removed(file)),
            14 => Work::Ticket(id, comment(90_000 + i as u128, None, Visibility::Public, "noted")),
            9 => Work::Ticket(id, reordered(vec![file])),
            n => Work::File(file, some_finding(&mut dice, id, i as u128 + n as u128)),
        };
        log.push((what, i as i64 + 10));
    }
    log
}

fn some_change(dice: &mut Dice) -> TicketTypeEvent {
    match dice.roll(4) {
        0 => type_revised(2 + dice.roll(3) as u32),
        1 => type_renamed(&format!("Renamed {}", dice.roll(9))),
        2 => type_retired(),
        _ => TicketTypeEvent::Reinstated(TicketTypeReinstated {}),
    }
}

pub fn some_data(dice: &mut Dice) -> TicketEvent {
    let form = (dice.roll(5) > 0).then(|| {
        let of = ticket_type(1 + u128::from(dice.roll(2)));
        filled(of, some_declared(dice))
    });
    data_changed("Type 1", form, json!({ "note": "private" }))
}

/// Some values of the fields that are filtered by.
pub fn some_declared(dice: &mut Dice) -> Value {
    let mut data = Map::new();
    if dice.roll(4) > 0 {
        data.insert("site_id".to_owned(), json!(format!("BJ-{:04}", dice.roll(12))));
    }
    if dice.roll(3) > 0 {
        data.insert("level".to_owned(), json!(dice.roll(7) as i64 - 3));
    }
    if dice.roll(3) == 0 {
        let moment = format!("2026-03-01T08:{:02}:00Z", dice.roll(60));
        data.insert("at".to_owned(), json!(moment));
    }
    if dice.roll(2) == 0 {
        let bands = ["n1", "n28", "n78"];
        let from = dice.roll(3) as usize;
        data.insert("bands".to_owned(), json!(bands[from..]));
    }
    if dice.roll(2) == 0 {
        data.insert("down".to_owned(), json!(dice.roll(2) == 0));
    }
    Value::Object(data)
}

fn some_finding(dice: &mut Dice, id: TicketId, n: u128) -> FileEvent {
    match dice.roll(8) {
        0..=3 => {
            let text = format!("{} {}", dice.pick(&WORDS), dice.pick(&WORDS));
            text_read(id, n, &text)
        }
        4 => text_not_read(id, n),
        5 => thumbnail(id),
        6 => {
            let reason = NotReadReason::TooLarge;
            FileEvent::ThumbnailNotMade(ThumbnailNotMade { ticket_id: id, reason })
        }
        _ => removed(id),
    }
}
