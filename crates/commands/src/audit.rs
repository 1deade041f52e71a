//! What people did, or tried to do, that changed no aggregate.
//!
//! One stream per user, and one for those without a sign-in; nothing is decided on them, so they
//! are appended to whatever their version is.

use domain::audit::{
    AuditEvent, Exported, FileFormat, ImportCompleted, LoginRefusal, LoginRefused,
    PermissionRefused,
};
use domain::event::DomainEvent;
use domain::vocabulary::Capability;
use domain::{Personal, UserId};
use eventstore::{Actor, AppendRequest, Appended, Expected, StreamAppend, StreamKind, Subject};
use uuid::Uuid;

use crate::core::{Commands, derive_command_id, derived, new_event};
use crate::{CommandError, Context};

/// The longest name tried at log-in that is kept, in characters.
const MAX_ATTEMPTED: usize = 254;

impl Commands {
    /// Records an audit event about a user, or about somebody without a sign-in. Returns the head of
    /// the log just after it. What happens under a user's name before a sign-in, refused attempts
    /// too, is recorded as that user's, so that it is found there.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_audit(
        &self,
        ctx: &Context,
        user: Option<UserId>,
        event: &AuditEvent,
    ) -> Result<i64, CommandError> {
        // An audit event belongs to no repeat: each attempt is one.
        self.record_audit_as(self.ambient().uuid_v7(), ctx, user, event).await
    }

    /// The same under a command id that a repeat has as well.
    async fn record_audit_as(
        &self,
        command_id: Uuid,
        ctx: &Context,
        user: Option<UserId>,
        event: &AuditEvent,
    ) -> Result<i64, CommandError> {
        let parent = user.map_or(Uuid::nil(), UserId::uuid);
        let stream_id = derived(self.store.secrets(), parent, "audit-stream", &[]);
        let mut metadata = ctx.metadata();
        if let (Actor::Anonymous, Some(user)) = (metadata.actor, user) {
            metadata.actor = Actor::User { id: user.uuid() };
        }
        let request = AppendRequest {
            command_id,
            body_hash: ctx.body_hash,
            streams: vec![StreamAppend {
                stream_id,
                kind: StreamKind(AuditEvent::KIND),
                expected: Expected::Any,
                subject: user.map_or(Subject::Stream, |user| Subject::Id(user.uuid())),
                events: vec![new_event(ctx, event)],
            }],
            claims: Vec::new(),
            releases: Vec::new(),
            credentials: Vec::new(),
            metadata,
        };
        match self.store.append(request).await? {
            Appended::Written { last_position, .. } => Ok(last_position),
            Appended::Duplicate(receipt) => Ok(receipt.last_position),
            Appended::Conflict { .. } | Appended::Claimed { .. } => Err(CommandError::Contended),
        }
    }

    /// Records that a user was refused a capability.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_permission_refused(
        &self,
        ctx: &Context,
        capability: &str,
    ) -> Result<i64, CommandError> {
        let capability = Capability::parse(capability)
            .map_err(|_| CommandError::Internal("a capability has no sound name"))?;
        let event = AuditEvent::PermissionRefused(PermissionRefused { capability });
        self.record_audit(ctx, ctx.user, &event).await
    }

    /// Records that somebody could not sign in. `attempted` is the name that was tried, kept where
    /// no user goes by it.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_login_refused(
        &self,
        ctx: &Context,
        user: Option<UserId>,
        reason: LoginRefusal,
        attempted: Option<&str>,
    ) -> Result<i64, CommandError> {
        let attempted = attempted.filter(|_| user.is_none());
        let attempted = attempted.map(|name| {
            let kept: String = name.chars().take(MAX_ATTEMPTED).filter(|c| *c != '\0').collect();
            Personal::Known(kept)
        });
        let event = AuditEvent::LoginRefused(LoginRefused { reason, attempted });
        self.record_audit(ctx, user, &event).await
    }

    /// Records that an import ended; once, however often it was begun anew after it was broken off.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_import_completed(
        &self,
        ctx: &Context,
        format: FileFormat,
        total: u64,
        imported: u64,
        failed: u64,
    ) -> Result<i64, CommandError> {
        let event = ImportCompleted { format, total, imported, failed };
        let id = derive_command_id(self.store.secrets(), ctx.command_id, "import-completed", 0);
        self.record_audit_as(id, ctx, ctx.user, &AuditEvent::ImportCompleted(event)).await
    }

    /// Records that data was exported.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_exported(
        &self,
        ctx: &Context,
        format: FileFormat,
        total: u64,
    ) -> Result<i64, CommandError> {
        let event = AuditEvent::Exported(Exported { format, total });
        self.record_audit(ctx, ctx.user, &event).await
    }
}
