//! What other systems answer, and giving up on them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::task::{
    ExternalFailure, Lateness, RequestFate, Task, TaskRefusal, TaskState, TokenCheck,
};
use domain::workflow::ActionId;
use domain::{RequestId, TaskId, Text};

use super::change::Changed;
use super::decide::TaskChange;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

/// What came of another system's answer that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalOutcome {
    /// It counts: the task moved on.
    Applied,
    /// It came too late. It was recorded and changed nothing.
    Late {
        /// Why it is late.
        why: Lateness,
    },
    /// It was given before.
    Repeated,
    /// Another answer was given before, and stands.
    Contradicting {
        /// The action of the answer that stands.
        first: ActionId,
    },
}

impl Commands {
    /// The secret that the answer to a request has to carry: 43 characters that need no escaping in
    /// a URL. It follows from the request and is kept nowhere.
    pub fn external_token(&self, request: RequestId) -> String {
        let secrets = self.store.secrets();
        BASE64.encode(secrets.mac("external-token", &[request.uuid().as_bytes()]))
    }

    /// Takes another system's answer to a request. A repeat of it changes nothing.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task: no such request, a forged token, an
    /// action that the step does not have.
    pub async fn answer_external(
        &self,
        ctx: &Context,
        task: TaskId,
        request: RequestId,
        token: &str,
        action: ActionId,
        comment: Option<Text>,
    ) -> Result<(Committed<TaskState>, ExternalOutcome), CommandError> {
        let token = self.check_token(request, token);
        let change = TaskChange::Answer { request, token, action: action.clone(), comment };
        let Changed { done, before } = self.change_from(ctx, task, change).await?;
        let answered_before = before.as_ref().and_then(|before| answer(before.task()?, request));
        let outcome = match answered_before {
            Some(first) if first == action => ExternalOutcome::Repeated,
            Some(first) => ExternalOutcome::Contradicting { first },
            None => outcome(done.state.known()?, request, &action)?,
        };
        Ok((done, outcome))
    }

    /// Gives up on a request, and calls people in.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], or a refusal of the task: there is no such request.
    pub async fn fail_external(
        &self,
        ctx: &Context,
        task: TaskId,
        request: RequestId,
        why: ExternalFailure,
        detail: Option<Text>,
    ) -> Result<Committed<TaskState>, CommandError> {
        self.change_task(ctx, task, TaskChange::Fail { request, why, detail }).await
    }

    fn check_token(&self, request: RequestId, token: &str) -> TokenCheck {
        // Compared by their hashes, so that the time it takes tells nothing of the token.
        let hash = |token: &str| self.store.secrets().mac("token-check", &[token.as_bytes()]);
        if hash(token) == hash(&self.external_token(request)) {
            TokenCheck::Genuine
        } else {
            TokenCheck::Forged
        }
    }
}

/// The answer that a request had.
fn answer(task: &Task, request: RequestId) -> Option<ActionId> {
    match &task.request(request)?.fate {
        RequestFate::Answered(action) | RequestFate::AnsweredLate(action) => Some(action.clone()),
        RequestFate::Waiting | RequestFate::Failed => None,
    }
}

/// What came of an answer with `action`, by the task just after it.
fn outcome(
    task: &Task,
    request: RequestId,
    action: &ActionId,
) -> Result<ExternalOutcome, CommandError> {
    let asked = task.request(request).ok_or(TaskRefusal::RequestUnknown)?;
    Ok(match &asked.fate {
        RequestFate::Answered(first) | RequestFate::AnsweredLate(first) if first != action => {
            ExternalOutcome::Contradicting { first: first.clone() }
        }
        RequestFate::AnsweredLate(_) => ExternalOutcome::Late {
            why: if task.status().is_ended() {
                Lateness::TaskEnded
            } else if asked.visit != task.visit {
                Lateness::StepLeft
            } else {
                Lateness::GivenUp
            },
        },
        RequestFate::Answered(_) => ExternalOutcome::Applied,
        RequestFate::Waiting | RequestFate::Failed => {
            return Err(CommandError::Internal("an answer was not recorded"));
        }
    })
}
