//! Figures on public data, where it is beside the repository.

use super::util::{Desk, shared};

#[test]
fn germeval2018_folds_reach_the_peer() {
    if cfg!(debug_assertions) && std::env::var_os("CI").is_none() {
        eprintln!("skipped: ten trainings without optimisation; set CI to run it");
        return;
    }
    let Some(data) = shared("data/germeval2018/train.csv") else { return };
    let desk = Desk::new();
    let arguments = [
        "evaluate",
        data.to_str().unwrap(),
        "--labels",
        "incivility",
        "--cross-validate",
        "10",
        "--fold-column",
        "fold",
        "--objective",
        "macro_f1",
        "--resamples",
        "20",
        "--require",
        "incivility.roc_auc >= 0.875",
        "--require",
        "incivility.macro_f1 >= 0.785",
    ];
    desk.run_with(&arguments, b"").expect(0);
}
