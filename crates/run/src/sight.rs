//! The contestants that can be shown what they drew, as far as that is known before anything is asked.

use std::sync::Arc;

use pelicycle_engine::gguf::Gguf;
use pelicycle_record::RunRecord;

use crate::{
    Backends, Contestant, ContestantModel, NoSight, Notice, NoticeListener, Participant, UsageError,
    VisionSupport, WeightsLocation,
};

impl NoSight {
    /// The reason why a contestant can't be shown what it drew; none where it may be able to.
    fn of(contestant: &Contestant, batch: bool, backends: &Backends) -> Option<NoSight> {
        match &contestant.model {
            ContestantModel::Given(_) => Some(NoSight::Given),
            _ if batch => Some(NoSight::Batch),
            ContestantModel::Local(WeightsLocation::Bundled) => Some(NoSight::Bundled),
            // A file that can't be read is told of when it is opened, as is a service that can't be asked.
            ContestantModel::Local(WeightsLocation::File(path)) => {
                let (slug, model) = (&contestant.record.slug, Arc::new(Gguf::open(path).ok()?));
                NoSight::by(&backends.projectors().sight_of(Some(slug), path, &model))
            }
            ContestantModel::Remote => {
                let sees = backends.remote(contestant).ok()?.may_see();
                let (provider, model) = (contestant.record.provider.clone(), contestant.record.model.clone());
                (!sees).then_some(NoSight::Service { provider, model })
            }
        }
    }

    /// The reason why a model file can't be shown pictures, by its projector.
    pub(crate) fn by(sight: &VisionSupport) -> Option<NoSight> {
        match sight {
            // A model that can't be run is told of when it is opened.
            VisionSupport::Sees(_) | VisionSupport::NoModel(_) => None,
            VisionSupport::TextAlone => Some(NoSight::NoProjector),
            VisionSupport::Unusable { .. } => sight.fault().map(NoSight::Projector),
        }
    }
}

/// Takes looks away from those of a run who can't see, and says so. Where they were asked for and nobody can, that is a mistake.
pub(crate) fn settle_looks(
    run: &mut RunRecord,
    participants: &[(Participant, Contestant)],
    asked: bool,
    backends: &Backends,
    notices: &NoticeListener,
) -> Result<(), UsageError> {
    let wanting = participants.iter().zip(&mut run.contestants).filter(|(_, who)| who.looks > 0);
    let (mut seeing, mut blind) = (false, Vec::new());
    for ((_, contestant), who) in wanting {
        match NoSight::of(contestant, run.batch, backends) {
            None => seeing = true,
            Some(why) => blind.push((who, why)),
        }
    }
    if asked && !seeing && !blind.is_empty() {
        let lines = blind.iter().map(|(who, why)| format!("{}: {why}", who.record.label));
        return Err(UsageError::NobodySees { who: lines.collect::<Vec<_>>().join("\n  ") });
    }
    for (who, why) in blind {
        who.looks = 0;
        notices(&Notice::NoLooks { label: &who.record.label, why: &why });
    }
    Ok(())
}
