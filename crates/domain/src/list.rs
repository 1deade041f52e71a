//! Lists without repetitions.

/// The items, each once, in the order they first appear. For short lists: it compares all pairs.
pub(crate) fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut once = Vec::with_capacity(items.len());
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}
