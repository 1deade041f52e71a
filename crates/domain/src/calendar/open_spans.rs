//! Walking the open spans of a calendar, day by day.

use super::arithmetic::Calendar;

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Seconds of a day on a clock on the wall.
const DAY: i64 = 86_400;

/// Nothing before it is open: 1900-01-01T00:00:00Z, in seconds since 1970.
const FIRST: i64 = -2_208_988_800;
/// Nothing from it on is open: 2200-01-01T00:00:00Z, in seconds since 1970.
pub(super) const END: i64 = 7_258_118_400;

/// The open spans `[from, to)` from an instant on, in order, none of them empty; in microseconds
/// since 1970.
///
/// It goes from piece to piece, a piece being a part of a local day in which the offset from UTC does
/// not change. Within a piece local time is UTC and a constant, so that a gap is a jump of local time
/// between two pieces, and an overlap is local time that comes again.
pub(super) struct OpenSpans<'a> {
    calendar: &'a Calendar,
    from: i64,
    piece: Piece,
    next_hours: usize,
}

/// A part of a local day with one offset; in seconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: i64,
    end: i64,
    /// The UTC second at which a clock that always had this offset would have shown 00:00.
    midnight: i64,
    /// The local date in days since 1970-01-01.
    date: i64,
}

impl<'a> OpenSpans<'a> {
    /// The spans from `from` on; the first one is cut if it began before.
    pub(super) fn new(calendar: &'a Calendar, from: i64) -> Self {
        let from = from.max(FIRST * SECOND);
        let piece = piece_at(calendar, from.div_euclid(SECOND).min(END));
        Self { calendar, from, piece, next_hours: 0 }
    }
}

impl Iterator for OpenSpans<'_> {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        while self.piece.start < END {
            let hours = self.calendar.hours_on(self.piece.date);
            while let Some((opens, closes)) = hours.get(self.next_hours) {
                self.next_hours += 1;
                let piece = self.piece;
                let opens = (piece.midnight + opens).max(piece.start) * SECOND;
                let closes = (piece.midnight + closes).min(piece.end).min(END) * SECOND;
                let opens = opens.max(self.from);
                if opens < closes {
                    return Some((opens, closes));
                }
            }
            self.piece = piece_at(self.calendar, self.piece.end);
            self.next_hours = 0;
        }
        None
    }
}

/// The piece that begins at `start`, or within which it is.
fn piece_at(calendar: &Calendar, start: i64) -> Piece {
    let offset = calendar.offset_at(start);
    let date = (start + offset).div_euclid(DAY);
    let midnight = date * DAY - offset;
    let end = midnight + DAY;
    let end = if calendar.offset_at(end - 1) == offset {
        end
    } else {
        change_between(calendar, start, end - 1)
    };
    Piece { start, end, midnight, date }
}

/// The first second with another offset than at `before`; at `after` there is another one. No zone
/// changes its offset twice within a day.
fn change_between(calendar: &Calendar, before: i64, after: i64) -> i64 {
    let offset = calendar.offset_at(before);
    let (mut same, mut other) = (before, after);
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if calendar.offset_at(middle) == offset { same = middle } else { other = middle }
    }
    other
}
