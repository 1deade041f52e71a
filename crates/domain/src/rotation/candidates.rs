//! Who can be given work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::ids::UserId;
use crate::ticket::choice;
use crate::user::UserStatus;
use crate::vocabulary::Department;

choice! {
    /// Whether a user is there.
    #[derive(Default)]
    Presence {
        /// Is there.
        #[default]
        Here = "here",
        /// Said to be away at this time.
        Away = "away",
    } aliases {}
}

choice! {
    /// Why nobody can be given work.
    NoCandidate {
        /// Nobody holds the work role.
        NoHolder = "no_holder",
        /// All who hold it are deactivated.
        AllDeactivated = "all_deactivated",
        /// Nobody active who holds it belongs to the department.
        NoneInDepartment = "none_in_department",
        /// All the others are away.
        AllAway = "all_away",
    } aliases {}
}

/// What is known of a user who holds the work role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleHolder {
    /// The user.
    pub user: UserId,
    /// Whether active.
    pub status: UserStatus,
    /// Whether there, at the time of the decision.
    pub presence: Presence,
    /// The departments the user belongs to.
    pub departments: Vec<Department>,
}

/// Those who can be given work: at least one, each once, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates(Vec<UserId>);

impl Candidates {
    /// Those of `holders` who are active, here, and of `department` if one is given.
    ///
    /// # Errors
    /// Nobody is, and why.
    pub fn of(
        holders: &[RoleHolder],
        department: Option<&Department>,
    ) -> Result<Self, NoCandidate> {
        let mut left: Vec<_> = holders.iter().collect();
        let mut narrow = |keep: &dyn Fn(&RoleHolder) -> bool, otherwise| {
            left.retain(|holder| keep(holder));
            if left.is_empty() { Err(otherwise) } else { Ok(()) }
        };
        narrow(&|_| true, NoCandidate::NoHolder)?;
        narrow(&|holder| holder.status == UserStatus::Active, NoCandidate::AllDeactivated)?;
        narrow(
            &|holder| department.is_none_or(|wanted| holder.departments.contains(wanted)),
            NoCandidate::NoneInDepartment,
        )?;
        narrow(&|holder| holder.presence == Presence::Here, NoCandidate::AllAway)?;
        let mut users: Vec<_> = left.into_iter().map(|holder| holder.user).collect();
        users.sort();
        users.dedup();
        Ok(Self(users))
    }

    /// The users, at least one, each once, in the order of their ids.
    pub fn users(&self) -> &[UserId] {
        &self.0
    }

    /// Whose turn is next: the first after `pointer`, or the first of all behind the last.
    pub fn after(&self, pointer: Option<UserId>) -> UserId {
        let next = match pointer {
            Some(pointer) => self.0.partition_point(|user| *user <= pointer),
            None => 0,
        };
        // There is at least one.
        self.0[next % self.0.len()]
    }

    /// Whether the user is one of them.
    pub fn contains(&self, user: UserId) -> bool {
        self.0.binary_search(&user).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::user;
    use crate::user::samples::department;

    fn holder(n: u128, departments: &[&str]) -> RoleHolder {
        RoleHolder {
            user: user(n),
            status: UserStatus::Active,
            presence: Presence::Here,
            departments: departments.iter().map(|word| department(word)).collect(),
        }
    }

    #[test]
    fn candidates_are_active_here_in_the_department_sorted_and_each_once() {
        let holders = [
            holder(5, &["IT"]),
            holder(2, &["IT", "Sales"]),
            holder(5, &["IT"]),
            RoleHolder { status: UserStatus::Deactivated, ..holder(1, &["IT"]) },
            RoleHolder { presence: Presence::Away, ..holder(3, &["IT"]) },
            holder(4, &[]),
        ];
        let all = Candidates::of(&holders, None).unwrap();
        assert_eq!(all.users(), [user(2), user(4), user(5)]);
        let it = Candidates::of(&holders, Some(&department("IT"))).unwrap();
        assert_eq!(it.users(), [user(2), user(5)]);
        assert!(it.contains(user(5)) && !it.contains(user(4)));
    }

    #[test]
    fn nobody_has_a_reason() {
        let it = department("IT");
        let gone = RoleHolder { status: UserStatus::Deactivated, ..holder(1, &["IT"]) };
        let away = RoleHolder { presence: Presence::Away, ..holder(2, &["IT"]) };
        let elsewhere = holder(3, &["Sales"]);
        for (holders, department, reason) in [
            (vec![], None, NoCandidate::NoHolder),
            (vec![gone.clone()], None, NoCandidate::AllDeactivated),
            (vec![gone.clone(), elsewhere.clone()], Some(&it), NoCandidate::NoneInDepartment),
            (vec![gone, elsewhere, away], Some(&it), NoCandidate::AllAway),
        ] {
            assert_eq!(Candidates::of(&holders, department), Err(reason));
        }
    }

    #[test]
    fn the_turn_goes_round_and_over_gaps() {
        let all = Candidates::of(&[holder(2, &[]), holder(4, &[]), holder(6, &[])], None).unwrap();
        for (pointer, next) in [(None, 2), (Some(1), 2), (Some(2), 4), (Some(3), 4), (Some(5), 6)] {
            assert_eq!(all.after(pointer.map(user)), user(next));
        }
        for last in [6, 7] {
            assert_eq!(all.after(Some(user(last))), user(2));
        }
    }
}
