//! The form that the data of a ticket is judged by: what is looked up before, and the judgement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::ticket::{
    Change, ChangeData, FilledForm, FormData, Ticket, TicketDraft, TicketForm, parse_data,
};
use domain::ticket_type::{
    Definition, FieldProblem, FormFacts, SplitData, TicketTypeStatus, merge, references, validate,
    validate_change, visible_fields, with_defaults,
};
use domain::vocabulary::{MediaType, TypeName};
use domain::{FieldError, FieldErrorKind, FileId, Personal, UserId};
use serde_json::{Map, Value};

use super::form_errors::FormErrors;
use crate::CommandError;
use crate::core::Commands;

/// Files by their ids, with what they are.
pub(crate) type Files = BTreeMap<FileId, MediaType>;

/// A version of a ticket type's form.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) name: TypeName,
    pub(crate) form: TicketForm,
    pub(crate) definition: Arc<Definition>,
}

/// Data that fits its form, in the two parts of an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filled {
    /// The name of the type.
    pub(crate) name: TypeName,
    /// What is sealed.
    pub(crate) personal: Option<FormData>,
    /// The rest.
    pub(crate) form: FilledForm,
}

/// What a name for a ticket's type stands for.
enum Meaning {
    /// A type that new tickets may have.
    Type(Form),
    /// A name and no more.
    Free,
    /// Nothing that may be given.
    Refused(FieldError),
}

/// A change of a ticket's type or data, with what was looked up for it. The ticket it is judged on
/// may have changed since; when its form has, all is to be looked up anew.
#[derive(Debug, Clone)]
pub(crate) struct DataEdit {
    command: ChangeData,
    /// The form of the ticket that it was looked up for.
    seen: Option<TicketForm>,
    judged_by: JudgedBy,
    /// The form that the data was judged by before, where the new one is of another type.
    before: Option<Arc<Definition>>,
    /// Whom the data that is judged names.
    named: BTreeSet<UserId>,
    /// The active users among them.
    users: BTreeSet<UserId>,
}

#[derive(Debug, Clone)]
enum JudgedBy {
    /// No form: the data is free.
    Nothing,
    /// The form that the ticket has.
    Own(Form),
    /// Another version of it.
    Newer(Form),
    /// The form of another type.
    Other(Form),
}

impl Commands {
    /// The data of a new ticket as its type has it; none, if its type is a name and no more.
    ///
    /// # Errors
    /// Among the results: what is wrong with it.
    pub(crate) async fn fill_in_new(
        &self,
        name: &TypeName,
        data: Option<&FormData>,
        files: Files,
    ) -> Result<Result<Option<Filled>, FormErrors>, CommandError> {
        let form = match self.type_meant(name).await? {
            Meaning::Type(form) => form,
            Meaning::Free => return Ok(Ok(None)),
            Meaning::Refused(error) => return Ok(Err(FormErrors::of_field(error))),
        };
        let empty = Map::new();
        let given = data.map_or(&empty, FormData::as_map);
        let users = self.active_users(&form.definition, given).await?;
        let facts = FormFacts { users, files, ..FormFacts::default() };
        Ok(form.begin(given, &facts).map(Some).map_err(FormErrors::of_data))
    }

    async fn type_meant(&self, name: &TypeName) -> Result<Meaning, CommandError> {
        let Some((id, loaded)) = self.ticket_type_named(name).await? else {
            return if self.settings().await?.strict_ticket_types {
                self.not_a_type().await
            } else {
                Ok(Meaning::Free)
            };
        };
        match loaded.state.ticket_type() {
            Some(known) if known.status == TicketTypeStatus::Active => {
                let form = TicketForm { type_id: id, version: known.version };
                Ok(Meaning::Type(self.form(known.name.clone(), form).await?))
            }
            Some(_) | None => self.not_a_type().await,
        }
    }

    async fn not_a_type(&self) -> Result<Meaning, CommandError> {
        let allowed = self.active_type_names().await?;
        let kind = FieldErrorKind::NotOneOf { allowed };
        Ok(Meaning::Refused(FieldError::new("ticket_type", kind)))
    }

    async fn form(&self, name: TypeName, form: TicketForm) -> Result<Form, CommandError> {
        let definition = self.ticket_type_definition(form.type_id, form.version).await?;
        Ok(Form { name, form, definition })
    }

    /// Looks up what a change of data is judged by; none, if it changes nothing.
    ///
    /// # Errors
    /// Among the results: a type that may not be given.
    pub(crate) async fn data_edit(
        &self,
        ticket: Option<&Ticket>,
        command: ChangeData,
    ) -> Result<Result<Option<DataEdit>, FieldError>, CommandError> {
        let seen = ticket.and_then(|ticket| ticket.form);
        let is_named_again = match (&command.ticket_type, ticket) {
            (Change::Set(name), Some(ticket)) => self.is_type_of(ticket, name).await?,
            (Change::Keep | Change::Clear, _) | (Change::Set(_), None) => false,
        };
        // A client that sends back all that it was shown changes nothing by it.
        if command.data.is_keep() && (is_named_again || command.ticket_type.is_keep()) {
            return Ok(Ok(None));
        }
        let judged_by = match (&command.ticket_type, seen, ticket) {
            (Change::Keep, Some(seen), Some(ticket)) => self.own_form(ticket, seen).await?,
            (Change::Set(_), Some(seen), Some(ticket)) if is_named_again => {
                self.newest_form(ticket, seen).await?
            }
            (Change::Set(name), _, _) => match self.type_meant(name).await? {
                Meaning::Free => JudgedBy::Nothing,
                Meaning::Type(form) => JudgedBy::Other(form),
                // The rules have become stricter since; what is there goes on.
                Meaning::Refused(_) if is_named_again => JudgedBy::Nothing,
                Meaning::Refused(error) => return Ok(Err(error)),
            },
            (Change::Keep | Change::Clear, _, _) => JudgedBy::Nothing,
        };
        let stored = ticket.and_then(|ticket| ticket.data.as_ref()).and_then(Personal::known);
        let (mut before, mut named, mut users) = (None, BTreeSet::new(), BTreeSet::new());
        if let Some((definition, data)) = judged_by.in_full(&command.data, stored) {
            named = references(definition, data).users;
            users = self.active_users(definition, data).await?;
        }
        if let (JudgedBy::Other(_), Some(seen)) = (&judged_by, seen) {
            before = Some(self.ticket_type_definition(seen.type_id, seen.version).await?);
        }
        Ok(Ok(Some(DataEdit { command, seen, judged_by, before, named, users })))
    }

    /// Whether a ticket's type is called so, or was and nobody is now.
    async fn is_type_of(&self, ticket: &Ticket, name: &TypeName) -> Result<bool, CommandError> {
        let was_called_so = ticket.ticket_type.as_ref() == Some(name);
        let Some(form) = ticket.form else { return Ok(was_called_so) };
        let called_so = self.ticket_type_named(name).await?;
        Ok(called_so.map_or(was_called_so, |(id, _)| id == form.type_id))
    }

    async fn own_form(&self, ticket: &Ticket, seen: TicketForm) -> Result<JudgedBy, CommandError> {
        let name = ticket.ticket_type.clone();
        let name = name.ok_or(CommandError::Internal("a form without the name of its type"))?;
        Ok(JudgedBy::Own(self.form(name, seen).await?))
    }

    /// The newest version of the ticket's own form, unless the type is retired.
    async fn newest_form(
        &self,
        ticket: &Ticket,
        seen: TicketForm,
    ) -> Result<JudgedBy, CommandError> {
        let loaded = self.recent_ticket_type(seen.type_id).await?;
        match loaded.as_ref().and_then(|loaded| loaded.state.ticket_type()) {
            Some(known)
                if known.status == TicketTypeStatus::Active && known.version != seen.version =>
            {
                let newest = TicketForm { version: known.version, ..seen };
                Ok(JudgedBy::Newer(self.form(known.name.clone(), newest).await?))
            }
            Some(_) | None => self.own_form(ticket, seen).await,
        }
    }

    /// The active users among those that data names.
    pub(crate) async fn active_users(
        &self,
        definition: &Definition,
        data: &Map<String, Value>,
    ) -> Result<BTreeSet<UserId>, CommandError> {
        let mut active = BTreeSet::new();
        for id in references(definition, data).users {
            if self.user(id).await?.is_some_and(|user| user.active) {
                active.insert(id);
            }
        }
        Ok(active)
    }
}

impl JudgedBy {
    /// The form by which data is judged that may name somebody anew, and that data.
    fn in_full<'a>(
        &'a self,
        change: &'a Change<FormData>,
        stored: Option<&'a Map<String, Value>>,
    ) -> Option<(&'a Definition, &'a Map<String, Value>)> {
        match (self, change) {
            (Self::Own(form) | Self::Newer(form) | Self::Other(form), Change::Set(data)) => {
                Some((&form.definition, data.as_map()))
            }
            (Self::Other(form), Change::Keep) => Some((&form.definition, stored?)),
            (Self::Own(_) | Self::Newer(_), Change::Keep)
            | (_, Change::Clear)
            | (Self::Nothing, Change::Set(_) | Change::Keep) => None,
        }
    }
}

impl Form {
    /// The data of a ticket that begins with this form.
    pub(crate) fn begin(
        &self,
        given: &Map<String, Value>,
        facts: &FormFacts,
    ) -> Result<Filled, Vec<FieldProblem>> {
        let data = with_defaults(&self.definition, given);
        Ok(self.filled(&validate(&self.definition, &data, facts)?))
    }

    fn filled(&self, data: &FormData) -> Filled {
        let split = SplitData::of(&self.definition, data);
        let TicketForm { type_id: ticket_type_id, version } = self.form;
        let personal = split.personal.and_then(Personal::into_known);
        Filled {
            name: self.name.clone(),
            // A part of what fits into an event fits as well.
            personal: personal.and_then(|map| parse_data(Value::Object(map)).ok()),
            form: FilledForm { ticket_type_id, version, declared: split.declared },
        }
    }
}

impl Filled {
    /// The draft of a ticket with this data.
    pub(crate) fn into_draft(self, draft: TicketDraft) -> TicketDraft {
        TicketDraft {
            ticket_type: Some(self.name),
            data: self.personal,
            form: Some(self.form),
            ..draft
        }
    }
}

impl DataEdit {
    /// The command, judged on the ticket as it is. `attached` are files that come with it.
    ///
    /// # Errors
    /// [`CommandError::BadForm`], or [`CommandError::Contended`] when the ticket has another form by now.
    pub(crate) fn judge(
        &self,
        ticket: &Ticket,
        attached: &Files,
    ) -> Result<ChangeData, CommandError> {
        if ticket.form != self.seen {
            return Err(CommandError::Contended);
        }
        let stored = ticket.data.as_ref().and_then(Personal::known).cloned().unwrap_or_default();
        let own = ticket.files.iter().map(|file| (file.id, file.content_type.clone()));
        let files = own.chain(attached.clone()).collect();
        let facts = FormFacts { users: self.users.clone(), files, ..FormFacts::default() };
        let filled = match &self.judged_by {
            JudgedBy::Nothing => return Ok(self.command.clone()),
            JudgedBy::Own(form) => {
                let change = self.change_of(&stored);
                validate_change(&form.definition, &stored, &change, &facts)
                    .map(|data| form.filled(&data))
            }
            JudgedBy::Newer(form) => self.move_to(form, stored, &facts),
            JudgedBy::Other(form) => {
                // What was never judged refers to nothing that counts as known.
                let before = self.before.as_ref();
                let kept = before.map(|before| references(before, &stored)).unwrap_or_default();
                let given = match &self.command.data {
                    Change::Keep => stored,
                    Change::Set(data) => data.as_map().clone(),
                    Change::Clear => Map::new(),
                };
                if !references(&form.definition, &given).users.is_subset(&self.named) {
                    return Err(CommandError::Contended);
                }
                form.begin(&given, &FormFacts { kept, ..facts })
            }
        };
        match filled {
            Ok(filled) => Ok(ChangeData {
                ticket_type: Change::Set(filled.name),
                data: filled.personal.into(),
                form: Some(filled.form),
            }),
            Err(problems) => Err(CommandError::BadForm { fields: Vec::new(), problems }),
        }
    }

    /// The patch of the stored data: `null` for all of it clears every field.
    fn change_of(&self, stored: &Map<String, Value>) -> Map<String, Value> {
        match &self.command.data {
            Change::Keep => Map::new(),
            Change::Set(data) => data.as_map().clone(),
            Change::Clear => stored.keys().map(|name| (name.clone(), Value::Null)).collect(),
        }
    }

    /// The stored data with the change on it, under another version: what that version does not ask
    /// for is left behind, and all of the rest is judged.
    fn move_to(
        &self,
        form: &Form,
        mut stored: Map<String, Value>,
        facts: &FormFacts,
    ) -> Result<Filled, Vec<FieldProblem>> {
        let definition = &form.definition;
        let kept = references(definition, &stored);
        let change = self.change_of(&stored);
        stored.retain(|name, _| definition.field(name).is_some());
        let mut data = merge(definition, &stored, &change);
        let visible = visible_fields(definition, &data);
        let asked_for: BTreeSet<&str> = visible.iter().map(|field| field.id.as_str()).collect();
        let is_given = |name: &str| change.contains_key(name) || asked_for.contains(name);
        let left: Vec<String> = data.keys().filter(|name| !is_given(name)).cloned().collect();
        for name in left {
            data.remove(&name);
        }
        let facts = FormFacts { kept, ..facts.clone() };
        Ok(form.filled(&validate(definition, &data, &facts)?))
    }
}

/// A JSON Pointer with dots: `/photos/2` as `.photos.2`.
pub(crate) fn dotted(pointer: &str) -> String {
    pointer.replace('/', ".").replace("~1", "/").replace("~0", "~")
}
