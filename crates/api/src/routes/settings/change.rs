//! `PATCH /settings`

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed, Context};
use domain::settings::Settings;

use super::patch::{ChangeSettingsBody, SettingsPatch};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;
use crate::render::SettingsBody;

/// How often the patch is put on newer settings because somebody else was faster.
const ATTEMPTS: u32 = 5;

/// Change the settings
#[utoipa::path(patch, path = "/api/v1/settings", tag = "Settings", request_body = ChangeSettingsBody,
    responses((status = 200, description = "The settings.", body = SettingsBody)))]
pub(crate) async fn change_settings(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangeSettings)?;
    let mut fields = command.body.fields();
    let patch = SettingsPatch::read(&mut fields);
    let current = api.commands.current_settings().await?;
    fields.parsed(patch.limits_after(&current.state).check());
    fields.finish()?;
    let changed = apply(&api, command.context, &patch).await?;
    let body = SettingsBody::new(changed.version, &changed.state);
    Ok((AppendHeaders(committed_headers(&changed)), Json(body)).into_response())
}

/// Puts the patch on the settings that were read, and on no others: half of the limits may be somebody else's.
async fn apply(
    api: &Api,
    mut context: Context,
    patch: &SettingsPatch,
) -> Result<Committed<Settings>, CommandError> {
    let seen = context.if_match;
    for _ in 0..ATTEMPTS {
        let current = api.commands.current_settings().await?;
        context.if_match = Some(seen.unwrap_or(current.version));
        let command = patch.command(&current.state);
        match api.commands.change_settings(&context, command).await {
            Err(CommandError::VersionMismatch { .. }) if seen.is_none() => {}
            // Settings are there before they are first changed.
            Err(CommandError::NotFound) => {
                return Err(CommandError::VersionMismatch { current: current.version });
            }
            result => return result,
        }
    }
    Err(CommandError::Contended)
}
