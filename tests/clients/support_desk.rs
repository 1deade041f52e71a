//! The LLM support desk: no log-in, `title`, `/api/tickets/`.

use crate::support::{Desk, Setup, Tool, finish, repo};

#[tokio::test]
async fn a_client_of_the_support_desk_works_as_it_is() {
    let Some(mut python) = Tool::Python.find() else { return };
    let desk = Desk::start(Setup::default().argument("--open")).await;
    python.arg(repo().join("tests/clients/support_desk.py")).arg(&desk.base);
    assert_eq!(finish(python).await.trim(), "fine");
}
