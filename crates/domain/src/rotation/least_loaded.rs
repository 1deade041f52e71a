//! Who has the least to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// How much somebody has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
    /// The user.
    pub user: UserId,
    /// The open tasks assigned to the user.
    pub open_tasks: u32,
}

/// Who has the fewest open tasks; of several, the one with the smallest id. None out of nobody.
pub fn least_loaded(loads: &[Load]) -> Option<UserId> {
    loads.iter().min_by_key(|load| (load.open_tasks, load.user)).map(|load| load.user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::user;

    fn loads(loads: &[(u128, u32)]) -> Vec<Load> {
        loads.iter().map(|&(n, open_tasks)| Load { user: user(n), open_tasks }).collect()
    }

    #[test]
    fn the_fewest_tasks_win_and_then_the_smallest_id_whatever_the_order() {
        assert_eq!(least_loaded(&loads(&[(1, 5), (2, 3), (3, 4)])), Some(user(2)));
        assert_eq!(least_loaded(&loads(&[(3, 3), (2, 3), (1, 4)])), Some(user(2)));
        assert_eq!(least_loaded(&loads(&[(2, 3), (3, 3), (1, 4)])), Some(user(2)));
        assert_eq!(least_loaded(&[]), None);
    }

    #[test]
    fn work_handed_out_one_by_one_levels_out() {
        let mut loads = loads(&[(1, 7), (2, 0), (3, 3)]);
        for _ in 0..11 {
            let chosen = least_loaded(&loads).unwrap();
            let load = loads.iter_mut().find(|load| load.user == chosen).unwrap();
            load.open_tasks += 1;
        }
        assert_eq!(loads.iter().map(|load| load.open_tasks).collect::<Vec<_>>(), [7, 7, 7]);
    }
}
