//! The customer-support API: no log-in, flat customer fields, imports.

use serde_json::json;

use crate::support::{Desk, Setup, Tool, finish, repo};

#[tokio::test]
async fn a_client_of_the_customer_support_api_works_as_it_is() {
    let Some(mut python) = Tool::Python.find() else { return };
    let desk = Desk::start(Setup::default().argument("--open")).await;
    // That system's limits are a matter of settings here.
    let limits = json!({ "limits": {
        "subject_min": 1, "subject_max": 200, "description_min": 10, "description_max": 2000,
        "customer_required": true,
    } });
    desk.as_admin().await.patch("/api/v1/settings", limits).await.expect(200);
    python.arg(repo().join("tests/clients/customer_support.py")).arg(&desk.base);
    assert_eq!(finish(python).await.trim(), "fine");
}
