//! The examples for analysts.

use crate::support::{Tool, finish, repo};

#[tokio::test]
async fn the_folds_of_the_examples_hold() {
    let Some(mut python) = Tool::Python.find() else { return };
    python
        .current_dir(repo().join("examples/analytics"))
        // Nothing is written into the clone.
        .args(["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    finish(python).await;
}
