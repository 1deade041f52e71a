//! `POST /tickets` with files: the ticket first, then its files.

use axum::extract::{FromRequestParts, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use commands::{Committed, Context, TicketChange, derive_command_id};
use domain::ticket::{OpenTicketInput, TicketState};
use domain::{FieldErrorKind, FileId, TicketId, ticket_type};
use files::Owner;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::attach::{hash, multipart};
use super::intake::{Intake, Wanted, place};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{
    FieldProblem, Fields, Form, Ignored, Params, Place, Problem, Shape, command_context, essence,
    unknown_part,
};
use crate::permissions::Capability;
use crate::routes::tickets::{OpenTicketBody, read_open, ticket_answer};

/// A new ticket with its files. A file for a field of the ticket's form comes as `data.FIELD`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; it is read as a stream")]
pub(crate) struct OpenTicketForm {
    /// The ticket, as JSON; the first part.
    ticket: OpenTicketBody,
    /// An image; the field may stand there more than once.
    #[schema(format = Binary, content_media_type = "application/octet-stream", nullable = false)]
    images: Option<String>,
    /// Another file; the field may stand there more than once.
    #[schema(format = Binary, content_media_type = "application/octet-stream", nullable = false)]
    attachments: Option<String>,
}

/// Whether a request brings a form.
pub(crate) fn brings_form(request: &Request) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| essence(text) == "multipart/form-data")
}

/// Opens a ticket that comes with files: all of it in one append, or nothing.
pub(crate) async fn open_with_files(api: &Api, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::of(&parts)?;
    caller.may(Capability::OpenTicket)?;
    Params::from_request_parts(&mut parts, api).await?.finish()?;
    let context = command_context(&mut parts, api, &caller).await?;
    let shape = parts.extensions.get().copied().unwrap_or(Shape::V1);
    let ignored: Ignored = parts.extensions.get().cloned().unwrap_or_default();
    let _place = place(api).await?;
    let method_and_path = [parts.method.as_str().to_owned(), parts.uri.path().to_owned()];
    let mut form = multipart(Request::from_parts(parts, body))?;
    let opening = Opening { api, caller: &caller, shape, ignored, method_and_path };
    match opening.run(context, &mut form).await {
        Ok(committed) => ticket_answer(api, StatusCode::CREATED, shape, committed).await,
        Err(problem) => {
            form.drain().await;
            Err(problem)
        }
    }
}

/// What a form field is for.
enum Field {
    File(Wanted),
    /// A file that a field of the ticket's form names.
    Data(String),
    Unknown,
}

impl Field {
    fn of(name: &str) -> Self {
        match name {
            "images" | "image" => Self::File(Wanted::Image),
            "attachments" | "attachment" | "files" | "file" => Self::File(Wanted::Attachment),
            name => match name.strip_prefix("data.") {
                Some(field) if !field.is_empty() => Self::Data(field.to_owned()),
                Some(_) | None => Self::Unknown,
            },
        }
    }
}

struct Opening<'a> {
    api: &'a Api,
    caller: &'a Caller,
    shape: Shape,
    ignored: Ignored,
    method_and_path: [String; 2],
}

impl Opening<'_> {
    async fn run(
        &self,
        mut context: Context,
        form: &mut Form,
    ) -> Result<Committed<TicketState>, Problem> {
        let api = self.api;
        let json = self.ticket_part(form).await?;
        let (mut input, mut further) = self.read(&json).await?;
        let ticket = self.ticket_id(&context);
        let owner = api.commands.file_owner_of_new(ticket, &input).await?;
        let owner = Owner::new(owner.key_id, &owner.key);
        let (files, sent) = {
            let mut intake = Intake::new(api, &context, owner);
            let (named, mut besides) = self.take_files(form, &mut intake).await?;
            besides.extend(name_files(&mut input, named));
            intake.finish(besides)?
        };
        let sent: Vec<Vec<u8>> = std::iter::once(json.to_vec()).chain(sent).collect();
        context.body_hash = hash(api, &self.method_and_path, &sent);
        if !files.is_empty() {
            further.push(TicketChange::AttachFiles(files));
        }
        Ok(api.commands.open_ticket_as(&context, ticket, input, further).await?)
    }

    /// The part that tells of the ticket. It has to be the first: whose the files are depends on it.
    async fn ticket_part(&self, form: &mut Form) -> Result<Bytes, Problem> {
        let missing = || {
            let mut problem = FieldProblem::new(Place::Body, "ticket", &FieldErrorKind::Missing);
            problem.msg = "The first part of the form must be the ticket, as JSON.".to_owned();
            Problem::invalid(vec![problem])
        };
        let mut part = form.next_part().await?.ok_or_else(missing)?;
        if part.name() != "ticket" {
            return Err(missing());
        }
        part.bytes(self.api.config.max_body_bytes).await
    }

    async fn read(&self, json: &Bytes) -> Result<(OpenTicketInput, Vec<TicketChange>), Problem> {
        let map = match serde_json::from_slice(json) {
            Ok(Value::Object(map)) => map,
            Ok(_) => return Err(Problem::malformed("The part \"ticket\" must be a JSON object.")),
            Err(error) => {
                let detail = format!("The part \"ticket\" is not JSON: {error}.");
                return Err(Problem::malformed(detail));
            }
        };
        let settings = self.api.commands.settings().await?;
        let fields = Fields::new(map, self.shape, self.ignored.clone());
        read_open(self.caller, fields, &settings)
    }

    /// A repeat of the request has the same, so that its files belong to the same owner.
    fn ticket_id(&self, context: &Context) -> TicketId {
        match context.idempotent {
            true => {
                let secrets = self.api.store.secrets();
                TicketId(derive_command_id(secrets, context.command_id, "ticket", 0))
            }
            false => self.api.commands.new_ticket_id(),
        }
    }

    /// Takes the files in; returns those that fields of the ticket's form name, and what is unknown.
    async fn take_files(
        &self,
        form: &mut Form,
        intake: &mut Intake<'_>,
    ) -> Result<(Vec<(String, FileId)>, Vec<FieldProblem>), Problem> {
        let (mut named, mut unknown) = (Vec::new(), Vec::new());
        while let Some(part) = form.next_part().await? {
            match Field::of(part.name()) {
                Field::File(wanted) => {
                    intake.take(part, wanted).await?;
                }
                Field::Data(field) => {
                    let file = intake.take(part, Wanted::ByContent).await?;
                    named.extend(file.map(|file| (field, file)));
                }
                Field::Unknown => match self.shape {
                    Shape::V1 => unknown.push(unknown_part(&part)),
                    Shape::Legacy => self.ignored.note(part.name()),
                },
            }
        }
        Ok((named, unknown))
    }
}

/// Puts the files into the form data, behind what the fields name already; returns the fields that hold something else.
fn name_files(input: &mut OpenTicketInput, named: Vec<(String, FileId)>) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if named.is_empty() {
        return problems;
    }
    let data = input.data.get_or_insert_with(|| Value::Object(Map::new()));
    // What is no object is refused as such.
    let Some(data) = data.as_object_mut() else { return problems };
    for (field, file) in named {
        let file = Value::String(file.to_string());
        let pointer = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
        match data.entry(field).or_insert(Value::Null) {
            Value::Array(list) => list.push(file),
            nothing @ Value::Null => *nothing = Value::Array(vec![file]),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                let kind = FieldErrorKind::WrongType { expected: "a list, as a file comes for it" };
                problems.push(FieldProblem::of_data(&ticket_type::FieldProblem {
                    pointer,
                    kind: kind.into(),
                }));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use domain::FileId;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    /// The data after files came for these fields, and the fields that are refused.
    fn named(data: Option<Value>, fields: &[&str]) -> (Option<Value>, Vec<String>) {
        let mut input = OpenTicketInput { data, ..OpenTicketInput::default() };
        let files = fields.iter().map(|field| ((*field).to_owned(), FileId(Uuid::nil())));
        let problems = name_files(&mut input, files.collect());
        (input.data, problems.into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn files_come_behind_what_their_fields_name() {
        let id = Uuid::nil().to_string();
        let taken = |data| (Some(data), Vec::new());
        assert_eq!(named(None, &[]), (None, Vec::new()));
        assert_eq!(named(None, &["a", "b", "a"]), taken(json!({ "a": [id, id], "b": [id] })));
        assert_eq!(named(Some(json!({ "a": ["x"] })), &["a"]), taken(json!({ "a": ["x", id] })));
        assert_eq!(named(Some(json!({ "a": null })), &["a"]), taken(json!({ "a": [id] })));
    }

    #[test]
    fn a_file_for_a_field_that_holds_something_else_is_not_lost_unseen() {
        for other in [json!("x"), json!(1), json!(false), json!({})] {
            let data = Some(json!({ "a/b": other }));
            assert_eq!(named(data.clone(), &["a/b"]), (data, vec!["/data/a~1b".to_owned()]));
        }
    }
}
