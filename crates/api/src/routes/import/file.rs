//! `POST /import/{csv,json,xml}`

use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use commands::import::{Format, Handling, ImportOptions, ImportReport, UnknownColumns};
use domain::user::Role;
use utoipa::ToSchema;

use super::answer::{ImportCounts, ImportReportBody, import_answer, import_problem};
use super::body::{FileBody, open_body};
use super::job::{Decided, import_later, manner};
use super::upload::upload;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Ignored, Params, Problem, Shape, command_context};
use crate::permissions::{Access, Capability};
use crate::render::JobBody;

/// A form with a file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; it is read as a stream")]
pub(crate) struct ImportForm {
    /// The file.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// Import tickets from a CSV file
///
/// The columns may stand in any order, the charset is found out. Good rows become tickets, bad ones are named. A large
/// file is answered 202 with a job, which has the same to tell when it is done.
#[utoipa::path(post, path = "/api/v1/import/csv", tag = "Import",
    request_body(content((ImportForm = "multipart/form-data"), (String = "text/csv"))),
    params(("async" = Option<bool>, Query, description = "Put it off, or do not; else its size decides")),
    responses(
        (status = 200, description = "What became of the rows.", body = ImportReportBody),
        (status = 202, description = "The job that imports it.", body = JobBody)))]
pub(crate) async fn import_csv(
    State(api): State<Api>,
    request: Request,
) -> Result<Response, Problem> {
    import_file(api, request, Format::Csv, Capability::ImportCsv).await
}

/// Import tickets from a JSON file
///
/// A list of objects, alone or as `tickets` or `items` of an object, or one object a line.
#[utoipa::path(post, path = "/api/v1/import/json", tag = "Import",
    request_body(content((ImportForm = "multipart/form-data"), (Vec<Object> = "application/json"))),
    params(("async" = Option<bool>, Query, description = "Put it off, or do not; else its size decides")),
    responses(
        (status = 200, description = "What became of the rows.", body = ImportReportBody),
        (status = 202, description = "The job that imports it.", body = JobBody)))]
pub(crate) async fn import_json(
    State(api): State<Api>,
    request: Request,
) -> Result<Response, Problem> {
    import_file(api, request, Format::Json, Capability::ImportJson).await
}

/// Import tickets from an XML file
///
/// `<tickets><ticket>…`, with an element for each field.
#[utoipa::path(post, path = "/api/v1/import/xml", tag = "Import",
    request_body(content((ImportForm = "multipart/form-data"), (String = "application/xml"))),
    params(("async" = Option<bool>, Query, description = "Put it off, or do not; else its size decides")),
    responses(
        (status = 200, description = "What became of the rows.", body = ImportReportBody),
        (status = 202, description = "The job that imports it.", body = JobBody)))]
pub(crate) async fn import_xml(
    State(api): State<Api>,
    request: Request,
) -> Result<Response, Problem> {
    import_file(api, request, Format::Xml, Capability::ImportXml).await
}

async fn import_file(
    api: Api,
    request: Request,
    format: Format,
    capability: Capability,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::of(&parts)?;
    caller.may(capability)?;
    let mut params = Params::from_request_parts(&mut parts, &api).await?;
    let (shape, ignored) = (params.shape(), ignored(&parts.extensions));
    let manner = manner(&mut params, api.config.import_job_bytes);
    params.finish()?;
    let context = command_context(&mut parts, &api, &caller).await?;
    let request = Request::from_parts(parts, body);
    let limit = api.config.max_import_bytes;
    let FileBody { charset, chunks } =
        open_body(request, format, limit, (shape, ignored.clone())).await?;
    let unknown = match shape {
        Shape::V1 => UnknownColumns::Refused,
        Shape::Legacy => UnknownColumns::Ignored,
    };
    let options = ImportOptions { format, charset, unknown, handling: handling(caller.role) };
    // On its own feet: should the client go away, what it sent so far is imported and recorded all the same.
    let run = tokio::spawn(async move {
        let chunks = match manner.decide(chunks).await {
            Decided::Now(chunks) => chunks,
            Decided::Later(chunks) => {
                return import_later(&api, &context, options, chunks, limit).await;
            }
        };
        let (reader, pump) = upload(chunks, limit);
        let mut counts = ImportCounts::default();
        let progress = |report: &ImportReport| counts = ImportCounts::of(report);
        let import = api.commands.import_tickets(&context, options, reader, progress);
        let (outcome, result) = tokio::join!(pump, import);
        match result {
            Ok(report) => import_answer(outcome, report, limit, &ignored),
            Err(error) => Err(import_problem(outcome, &error, counts, limit)),
        }
    });
    run.await.map_err(|error| Problem::internal(&error))?
}

/// A file may say what its sender may do to any ticket. The scope of an API token for imports covers it.
fn handling(role: Role) -> Handling {
    let may = |capability: Capability| capability.row().access(role) == Access::All;
    if may(Capability::ChangeStatus) && may(Capability::AssignTicket) {
        Handling::Allowed
    } else {
        Handling::Refused
    }
}

fn ignored(extensions: &axum::http::Extensions) -> Ignored {
    extensions.get().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_work_on_tickets_import_their_handling() {
        let allowed = Role::ALL.iter().filter(|role| handling(**role) == Handling::Allowed);
        assert_eq!(allowed.copied().collect::<Vec<_>>(), [Role::Admin, Role::Handler]);
    }
}
