//! What a block means for upgrades.

use super::{Plan, STORE, StoreUpgrades, Upgrades, state_key, stores, view};
use crate::core::{Context, Event, ModuleError};

/// What the block of a context asks of this binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// The upgrade of this name was applied.
    Applied(String),
    /// The operator skips the plan, which was dropped.
    Skipped(Plan),
    /// This binary is too old: it must halt.
    Needed(Plan),
    /// This binary is too new: it must halt.
    TooEarly(Plan),
    /// This binary is older than the last upgrade that was applied: it must halt.
    Outdated {
        /// Name of that upgrade.
        name: String,
    },
}

/// Applies the upgrade that is due in the block of `ctx`, or says why this binary must not go on.
pub fn due(ctx: &mut Context, upgrades: &Upgrades) -> Result<Due, ModuleError> {
    let height = ctx.block.height;
    let plan = view::plan(ctx)?;
    let is_due = plan.as_ref().is_some_and(|plan| plan.height <= height);
    let is_skipped = is_due && upgrades.skip_heights.contains(&height);
    if (!is_due || is_skipped)
        && let Some((_, name)) = view::last_done(ctx)?
        && upgrades.find(&name).is_none()
    {
        return Ok(Due::Outdated { name });
    }
    let Some(plan) = plan else { return Ok(Due::Nothing) };
    if is_skipped {
        // Whoever skips runs the binary before the upgrade: this one has other stores than the chain.
        let known = upgrades.find(&plan.name);
        if known.is_some_and(|upgrade| upgrade.stores != StoreUpgrades::default()) {
            return Ok(Due::TooEarly(plan));
        }
        ctx.delete(STORE, state_key::PLAN)?;
        return Ok(Due::Skipped(plan));
    }
    match (is_due, upgrades.find(&plan.name)) {
        (false, None) => Ok(Due::Nothing),
        (false, Some(_)) => Ok(Due::TooEarly(plan)),
        (true, None) => Ok(Due::Needed(plan)),
        (true, Some(upgrade)) => {
            stores::change(ctx, upgrade.stores)?;
            (upgrade.apply)(ctx)?;
            let version = view::protocol_version(ctx)?.saturating_add(1);
            view::set_protocol_version(ctx, version)?;
            ctx.delete(STORE, state_key::PLAN)?;
            ctx.set(STORE, &state_key::done(height, &plan.name), vec![1])?;
            ctx.emit(Event::new("upgrade_applied").with("name", plan.name.clone()));
            Ok(Due::Applied(plan.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        testing::context,
        upgrade::{Upgrade, schedule},
    };

    fn knows(name: &'static str) -> Upgrades {
        let apply = |ctx: &mut Context| ctx.set(STORE, b"\x7ftest", vec![7]);
        let upgrade = Upgrade { name, stores: StoreUpgrades::default(), apply };
        Upgrades { known: vec![upgrade], ..Upgrades::default() }
    }

    fn planned(height: u64) -> Context {
        let mut ctx = context();
        ctx.block.height = 10;
        let plan = Plan { name: "v2".to_owned(), height, info: String::new() };
        schedule(&ctx, &plan).unwrap();
        ctx
    }

    #[test]
    fn the_old_binary_runs_until_the_height_and_halts_there() {
        let mut ctx = planned(20);
        ctx.block.height = 19;
        assert_eq!(due(&mut ctx, &Upgrades::default()).unwrap(), Due::Nothing);
        assert!(matches!(due(&mut ctx, &knows("v2")).unwrap(), Due::TooEarly(_)));
        ctx.block.height = 20;
        assert!(matches!(due(&mut ctx, &Upgrades::default()).unwrap(), Due::Needed(_)));
    }

    #[test]
    fn the_new_binary_applies_it_once_and_the_old_one_never_comes_back() {
        let mut ctx = planned(20);
        ctx.block.height = 20;
        assert_eq!(due(&mut ctx, &knows("v2")).unwrap(), Due::Applied("v2".to_owned()));
        assert_eq!(ctx.get(STORE, b"\x7ftest").unwrap(), Some(vec![7]));
        assert_eq!(view::protocol_version(&ctx).unwrap(), 1);
        ctx.block.height = 21;
        assert_eq!(due(&mut ctx, &knows("v2")).unwrap(), Due::Nothing);
        let outdated = Due::Outdated { name: "v2".to_owned() };
        assert_eq!(due(&mut ctx, &Upgrades::default()).unwrap(), outdated);
        let again = Plan { name: "v2".to_owned(), height: 30, info: String::new() };
        assert_eq!(schedule(&ctx, &again).unwrap_err().code(), 18);
    }

    #[test]
    fn operators_skip_a_plan_and_go_on() {
        let mut ctx = planned(20);
        ctx.block.height = 20;
        let skipping = Upgrades { skip_heights: [20].into(), ..Upgrades::default() };
        assert!(matches!(due(&mut ctx, &skipping).unwrap(), Due::Skipped(_)));
        assert_eq!(due(&mut ctx, &Upgrades::default()).unwrap(), Due::Nothing);
    }

    #[test]
    fn plans_without_name_or_of_the_past_are_refused() {
        let mut ctx = context();
        ctx.block.height = 10;
        let mut plan = Plan { name: "v2".to_owned(), height: 9, info: String::new() };
        assert!(schedule(&ctx, &plan).unwrap_err().to_string().contains("past"));
        plan = Plan { name: String::new(), height: 11, ..plan };
        assert!(schedule(&ctx, &plan).unwrap_err().to_string().contains("empty"));
    }
}
