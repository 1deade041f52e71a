//! `GET /events/head`

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use eventstore::Head;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem};
use crate::permissions::Capability;
use crate::render::hex;

/// The end of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogHead {
    /// Position of the last event; 0 when there is none.
    position: i64,
    /// Seal of the last batch: 64 hexadecimal digits that everything before goes into; empty when there is none.
    seal: String,
    /// Signature of the head; null where heads are not signed.
    signature: Option<String>,
    /// Names the key of the signature.
    key_id: Option<String>,
    /// When the last batch was recorded; null when there is none.
    time: Option<DateTime<Utc>>,
}

/// See where the log ends
#[utoipa::path(get, path = "/api/v1/events/head", tag = "Log",
    responses((status = 200, description = "The head of the log.", body = LogHead)))]
pub(crate) async fn view_log_head(
    State(api): State<Api>,
    caller: Caller,
    params: Params,
) -> Result<Json<LogHead>, Problem> {
    caller.may(Capability::ViewLogHead)?;
    params.finish()?;
    let Head { position, seal, recorded_at } = api.store.head().await?;
    let (signature, key_id) = (None, None);
    Ok(Json(LogHead { position, seal: hex(&seal), signature, key_id, time: recorded_at }))
}
