//! Sample events of files for tests.

use uuid::Uuid;

use super::{
    FallbackReason, FileAddress, FileEvent, NotReadReason, OcrEngine, OcrFallback, OcrScript,
    ReadLine, ReadPage, ReadSettings, ReadWord, Removed, TextLanguage, TextLayout, TextNotRead,
    TextRead, TextSource, ThumbnailMade, ThumbnailNotMade,
};
use crate::ids::{ReadingId, TicketId};
use crate::personal::Personal;
use crate::vocabulary::{EngineVersion, ModelName};

pub(crate) fn ticket() -> TicketId {
    TicketId(Uuid::from_u128(1))
}

pub(crate) fn address(n: u128) -> FileAddress {
    format!("{}/{n:064x}.sealed", Uuid::from_u128(7)).parse().unwrap()
}

/// A reading with all there is, its layout in the event.
pub(crate) fn text_read(n: u128) -> TextRead {
    let word = ReadWord { text: "基站".into(), confidence: 0.93, bbox: [1, 2, 30, 12] };
    let line =
        ReadLine {
            text: "基站".into(), confidence: 0.93, bbox: [1, 2, 30, 12], words: vec![word]
        };
    let page = ReadPage {
        width: 640,
        height: 480,
        rotation: 90,
        mean_confidence: 0.93,
        language: TextLanguage::Chinese,
        lines: vec![line],
    };
    TextRead {
        ticket_id: ticket(),
        reading_id: ReadingId(Uuid::from_u128(n)),
        source: TextSource::Ocr,
        engine: Some(OcrEngine::Tesseract),
        engine_version: Some(EngineVersion::parse("5.3.0").unwrap()),
        model: Some(ModelName::parse("chi_sim").unwrap()),
        settings: ReadSettings { engine: Some(OcrEngine::Paddle), script: OcrScript::Chinese },
        language: TextLanguage::Chinese,
        mean_confidence: Some(0.93),
        width: Some(640),
        height: Some(480),
        page_count: 1,
        pages_read: 1,
        duration_ms: 120,
        fallback: Some(OcrFallback {
            from: OcrEngine::Paddle,
            reason: FallbackReason::BreakerOpen,
        }),
        text: "基站".into(),
        layout: Some(TextLayout::Inline { pages: Personal::Known(vec![page]) }),
    }
}

/// A document whose layout lies beside it.
pub(crate) fn layer_read(n: u128) -> TextRead {
    TextRead {
        source: TextSource::TextLayer,
        engine: None,
        engine_version: None,
        model: None,
        settings: ReadSettings::default(),
        language: TextLanguage::Undetermined,
        mean_confidence: None,
        width: None,
        height: None,
        page_count: 20,
        pages_read: 10,
        fallback: None,
        layout: Some(TextLayout::Stored { address: address(3) }),
        ..text_read(n)
    }
}

pub(crate) fn not_read(n: u128) -> TextNotRead {
    TextNotRead {
        ticket_id: ticket(),
        reading_id: ReadingId(Uuid::from_u128(n)),
        settings: ReadSettings::default(),
        reason: NotReadReason::Damaged,
        engine: None,
    }
}

pub(crate) fn thumbnail() -> ThumbnailMade {
    ThumbnailMade { ticket_id: ticket(), address: address(2), width: 320, height: 240, size: 9_000 }
}

pub(crate) fn not_made() -> ThumbnailNotMade {
    ThumbnailNotMade { ticket_id: ticket(), reason: NotReadReason::TooLarge }
}

/// Events of every type, with everything optional there and with nothing of it.
pub(crate) fn every_event() -> Vec<FileEvent> {
    vec![
        FileEvent::TextRead(Box::new(text_read(1))),
        FileEvent::TextRead(Box::new(layer_read(2))),
        FileEvent::TextNotRead(not_read(3)),
        FileEvent::TextNotRead(TextNotRead { engine: Some(OcrEngine::Paddle), ..not_read(4) }),
        FileEvent::ThumbnailMade(thumbnail()),
        FileEvent::ThumbnailNotMade(not_made()),
        FileEvent::Removed(Removed { ticket_id: ticket() }),
    ]
}
