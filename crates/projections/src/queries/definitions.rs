//! Queries about what has versions: workflows and ticket types.

use domain::ticket_type::{Definition as FormDefinition, FieldId, FieldKind};
use domain::workflow::Definition;
use domain::{TicketTypeId, WorkflowId};

use super::Queries;
use crate::{
    Cursor, Page, QueryError, TicketTypeFilter, TicketTypeRow, TransitionRow, WorkflowFilter,
    WorkflowRow, ticket_types, workflows,
};

impl Queries {
    /// A page of workflows, in the order they were defined.
    pub async fn workflows(
        &self,
        filter: &WorkflowFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<WorkflowRow>, QueryError> {
        workflows::list(&self.pool, filter, cursor, limit).await
    }

    /// How many workflows match.
    pub async fn count_workflows(&self, filter: &WorkflowFilter) -> Result<i64, QueryError> {
        workflows::count(&self.pool, filter).await
    }

    /// One workflow, also a retired one.
    pub async fn workflow(&self, id: WorkflowId) -> Result<Option<WorkflowRow>, QueryError> {
        workflows::by_id(&self.pool, id).await
    }

    /// A version of a workflow's definition, from 1; none when there is no such one. Read from the log itself.
    pub async fn workflow_version(
        &self,
        id: WorkflowId,
        version: u32,
    ) -> Result<Option<Definition>, QueryError> {
        workflows::version(&self.store, id, version).await
    }

    /// The ways between the steps of one workflow, or of all active ones, in their current versions.
    pub async fn transitions(
        &self,
        workflow: Option<WorkflowId>,
    ) -> Result<Vec<TransitionRow>, QueryError> {
        workflows::transitions(&self.pool, workflow).await
    }

    /// A page of ticket types, in the order they were defined.
    pub async fn ticket_types(
        &self,
        filter: &TicketTypeFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<TicketTypeRow>, QueryError> {
        ticket_types::list(&self.pool, filter, cursor, limit).await
    }

    /// How many ticket types match.
    pub async fn count_ticket_types(&self, filter: &TicketTypeFilter) -> Result<i64, QueryError> {
        ticket_types::count(&self.pool, filter).await
    }

    /// One ticket type, also a retired one.
    pub async fn ticket_type(&self, id: TicketTypeId) -> Result<Option<TicketTypeRow>, QueryError> {
        ticket_types::by_id(&self.pool, id).await
    }

    /// A version of a ticket type's form, from 1; none when there is no such one. Read from the log itself.
    pub async fn ticket_type_version(
        &self,
        id: TicketTypeId,
        version: u32,
    ) -> Result<Option<FormDefinition>, QueryError> {
        ticket_types::version(&self.store, id, version).await
    }

    /// The fields that tickets can be filtered and sorted by, of all types and versions, by id. Types may use one id
    /// for several kinds: then it stands here once for each.
    pub async fn filterable_fields(&self) -> Result<Vec<(FieldId, FieldKind)>, QueryError> {
        ticket_types::filterable_fields(&self.pool).await
    }
}
