//! One user of each role.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::Mutex;

use super::Desk;

/// The administrator of the first start.
pub const ADMIN_EMAIL: &str = "admin@desk.example";
/// The administrator's password.
pub const ADMIN_PASSWORD: &str = "grey-otter-under-the-bridge";
/// The password of the others.
const PASSWORD: &str = "nine-lamps-in-the-harbour";

/// An access token is used for so long; it would be good for 15 minutes.
const TOKEN_AGE: Duration = Duration::from_secs(10 * 60);

/// A user of a desk.
pub struct Person {
    /// The user's id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: &'static str,
    access: Mutex<Option<(Instant, String)>>,
}

impl Person {
    /// An access token.
    pub async fn access(&self, desk: &Desk) -> String {
        let mut access = self.access.lock().await;
        match &*access {
            Some((made, token)) if made.elapsed() < TOKEN_AGE => token.clone(),
            Some(_) | None => {
                let token = sign_in(desk, &self.email, self.password).await;
                *access = Some((Instant::now(), token.clone()));
                token
            }
        }
    }
}

/// The users of a desk.
pub struct People {
    /// May do everything.
    pub admin: Person,
    /// Works on tickets.
    pub handler: Person,
    /// Opens tickets.
    pub publisher: Person,
    /// Looks.
    pub viewer: Person,
}

impl People {
    /// Registers a handler, a publisher and a viewer beside the administrator.
    pub(super) async fn register(desk: &Desk) -> Self {
        let signed_in = desk
            .anonymous()
            .post(
                "/api/v1/users/token",
                json!({ "username": ADMIN_EMAIL, "password": ADMIN_PASSWORD }),
            )
            .await
            .expect(200);
        let id = signed_in["user"]["id"].as_str().unwrap().to_owned();
        let access = signed_in["access"].as_str().unwrap();
        let client = desk.anonymous().bearer(access);
        let register = async |role: &str| {
            let email = format!("{role}@desk.example");
            let body = json!({
                "email": email, "full_name": format!("The {role}"), "role": role, "password": PASSWORD,
            });
            let user = client.post("/api/v1/users", body).await.expect(201);
            let id = user["id"].as_str().unwrap().to_owned();
            Person { id, email, password: PASSWORD, access: Mutex::new(None) }
        };
        Self {
            handler: register("handler").await,
            publisher: register("publisher").await,
            viewer: register("viewer").await,
            admin: Person {
                id,
                email: ADMIN_EMAIL.to_owned(),
                password: ADMIN_PASSWORD,
                access: Mutex::new(Some((Instant::now(), access.to_owned()))),
            },
        }
    }

    /// The user of a role.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn of(&self, role: &str) -> &Person {
        match role {
            "admin" => &self.admin,
            "handler" => &self.handler,
            "publisher" => &self.publisher,
            "viewer" => &self.viewer,
            other => panic!("there is no role {other}"),
        }
    }
}

async fn sign_in(desk: &Desk, email: &str, password: &str) -> String {
    let body = json!({ "username": email, "password": password });
    let answer = desk.anonymous().post("/api/v1/users/token", body).await;
    answer.expect(200)["access"].as_str().unwrap().to_owned()
}
