//! The definition that a task runs on, which may not be the newest.

use std::sync::Arc;

use domain::WorkflowId;
use domain::event::DomainEvent;
use domain::workflow::{Definition, WorkflowEvent, WorkflowState, definition_of_version};
use quick_cache::sync::Cache;

use crate::CommandError;
use crate::core::{Commands, MaxAge};

/// Definitions by workflow and version: what they say never changes, but what was erased of them.
pub(crate) struct Definitions(Cache<(WorkflowId, u32), Arc<Definition>>);

impl Definitions {
    /// Keeps about so many of those last asked for.
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}

impl Commands {
    /// The definition of a version.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when there never was such a version.
    pub async fn definition(
        &self,
        workflow: WorkflowId,
        version: u32,
    ) -> Result<Arc<Definition>, CommandError> {
        if let Some(known) = self.definitions.0.get(&(workflow, version)) {
            return Ok(known);
        }
        let found = self.read_definition(workflow, version).await?;
        let found = Arc::new(found.ok_or(CommandError::NotFound)?);
        self.definitions.0.insert((workflow, version), Arc::clone(&found));
        Ok(found)
    }

    async fn read_definition(
        &self,
        workflow: WorkflowId,
        version: u32,
    ) -> Result<Option<Definition>, CommandError> {
        let loaded = self.load::<WorkflowState>(workflow.uuid(), MaxAge::Any).await?;
        if let Some(current) = loaded.state.workflow()
            && current.version == version
        {
            return Ok(Some(current.definition.clone()));
        }
        let mut stored = self.store.read_stream(workflow.uuid(), 0).await?;
        stored.retain(|event| event.kind == WorkflowEvent::KIND);
        let mut events = Vec::new();
        for opened in self.store.open_events(stored).await? {
            let (name, schema) = (&opened.event_type, opened.schema_version);
            events.push(WorkflowEvent::from_parts(name, schema, opened.data)?);
        }
        Ok(definition_of_version(&events, version).cloned())
    }
}
