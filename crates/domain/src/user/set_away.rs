//! Saying when a user is away.

use super::events::{AwayChanged, UserEvent};
use super::state::UserState;
use crate::Timestamp;
use crate::field::{FieldError, FieldErrorKind};
use crate::refusal::Refusal;
use crate::user::Away;

/// Says when a user is away, or that the user is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAway {
    /// When; none to be here.
    pub away: Option<AwayDraft>,
}

/// When a user is to be away, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwayDraft {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    hand_over: bool,
}

impl AwayDraft {
    /// Checks what is asked for at `now`: away from `from` on, or from now on; until `until`, or until
    /// further notice; `hand_over` as in [`Away`].
    ///
    /// # Errors
    /// The end is over, or not after the beginning.
    pub fn parse(
        from: Option<Timestamp>,
        until: Option<Timestamp>,
        hand_over: bool,
        now: Timestamp,
    ) -> Result<Self, FieldError> {
        let at_until =
            |expected| Err(FieldError::new("away.until", FieldErrorKind::Malformed { expected }));
        match until {
            Some(until) if until <= now => at_until("a moment in the future"),
            Some(until) if from.is_some_and(|from| until <= from) => {
                at_until("a moment after `from`")
            }
            Some(_) | None => Ok(Self { from, until, hand_over }),
        }
    }

    fn at(self, now: Timestamp) -> Away {
        let Self { from, until, hand_over } = self;
        Away { from: from.unwrap_or(now), until, hand_over }
    }

    /// Whether it asks for what holds at `now`. One that says no beginning goes on with an absence
    /// that has begun, so that asking again is no change.
    fn is_met_by(self, away: Away, now: Timestamp) -> bool {
        let began_alike = match self.from {
            Some(from) => from == away.from,
            None => away.holds(now),
        };
        began_alike && self.until == away.until && self.hand_over == away.hand_over
    }
}

/// Says when a user is away, or that the user is here; the same again is no change.
///
/// # Errors
/// There is no such user.
pub fn set_away(
    state: &UserState,
    command: SetAway,
    now: Timestamp,
) -> Result<Vec<UserEvent>, Refusal> {
    let is_met = match (command.away, state.known()?.away) {
        (None, None) => true,
        (Some(draft), Some(away)) => draft.is_met_by(away, now),
        (None, Some(_)) | (Some(_), None) => false,
    };
    if is_met {
        return Ok(vec![]);
    }
    let away = command.away.map(|draft| draft.at(now));
    Ok(vec![UserEvent::AwayChanged(AwayChanged { away })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotation::Presence;
    use crate::ticket::samples::at;
    use crate::user::samples::{deactivated, handler, then};
    use crate::user::{Role, UserStatus};

    fn draft(from: Option<i64>, until: Option<i64>) -> AwayDraft {
        AwayDraft::parse(from.map(at), until.map(at), false, at(100)).unwrap()
    }

    fn set(state: &UserState, away: Option<AwayDraft>) -> Result<Vec<UserEvent>, Refusal> {
        set_away(state, SetAway { away }, at(100))
    }

    fn away(draft: AwayDraft) -> UserState {
        UserState::Registered(Box::new(then(&handler(), set(&handler(), Some(draft)))))
    }

    #[test]
    fn given_an_absence_then_the_user_is_away_from_its_beginning_and_until_its_end() {
        let user = then(&handler(), set(&handler(), Some(draft(Some(200), Some(300)))));
        assert_eq!(user.away, Some(Away { from: at(200), until: Some(at(300)), hand_over: false }));
        for (second, presence) in [
            (199, Presence::Here),
            (200, Presence::Away),
            (299, Presence::Away),
            (300, Presence::Here),
        ] {
            assert_eq!(user.presence(at(second)), presence, "at {second}");
        }
    }

    #[test]
    fn given_neither_beginning_nor_end_then_it_begins_now_and_lasts() {
        let user = then(&handler(), set(&handler(), Some(draft(None, None))));
        assert_eq!(user.away, Some(Away { from: at(100), until: None, hand_over: false }));
        assert_eq!(user.presence(at(99)), Presence::Here);
        assert_eq!(user.presence(at(1_000_000)), Presence::Away);
    }

    #[test]
    fn given_an_absence_then_the_same_again_is_no_change_and_none_ends_it() {
        let now = away(draft(None, Some(300)));
        let later = set_away(&now, SetAway { away: Some(draft(None, Some(300))) }, at(150));
        assert_eq!(later, Ok(vec![]));
        assert_eq!(set(&now, Some(draft(None, Some(400)))).unwrap().len(), 1);
        assert_eq!(set(&now, Some(draft(Some(200), Some(300)))).unwrap().len(), 1);
        let hand_over = AwayDraft { hand_over: true, ..draft(None, Some(300)) };
        assert_eq!(set(&now, Some(hand_over)).unwrap().len(), 1);
        let planned = away(draft(Some(200), None));
        assert_eq!(set(&planned, Some(draft(Some(200), None))), Ok(vec![]));
        assert_eq!(set(&planned, Some(draft(None, None))).unwrap().len(), 1, "already now");
        assert_eq!(then(&now, set(&now, None)).away, None);
        assert_eq!(set(&handler(), None), Ok(vec![]));
    }

    #[test]
    fn an_end_is_in_the_future_and_after_the_beginning() {
        let refused = |from: Option<i64>, until| {
            AwayDraft::parse(from.map(at), Some(at(until)), true, at(100)).unwrap_err().field
        };
        for (from, until) in [(None, 99), (None, 100), (Some(50), 100), (Some(200), 200)] {
            assert_eq!(refused(from, until), "away.until", "{from:?} {until}");
        }
        assert!(AwayDraft::parse(Some(at(50)), Some(at(101)), true, at(100)).is_ok());
    }

    #[test]
    fn a_deactivated_user_may_be_away_and_nobody_may_not() {
        let gone = deactivated(Role::Handler);
        let user = then(&gone, set(&gone, Some(draft(None, None))));
        assert_eq!((user.status, user.away.is_some()), (UserStatus::Deactivated, true));
        assert_eq!(set(&UserState::Unregistered, None), Err(Refusal::UserUnknown));
    }
}
