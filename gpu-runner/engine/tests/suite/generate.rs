//! Whole answers of the shipped model.

use std::{ops::ControlFlow, time::Instant};

use crate::common::{cpu, gpu, shipped};
use stoa_engine::{Engine, FinishReason, GenerateRequest, Generation, Sampler, TokenEvent};

fn request(prompt: &str, max_new_tokens: u32, sampler: Sampler) -> GenerateRequest {
    GenerateRequest { prompt: prompt.to_owned(), max_new_tokens, sampler }
}

const GREEDY: Sampler = Sampler { temperature_milli: 0, top_k: 0, top_p_milli: 0, seed: 0 };
const WARM: Sampler = Sampler { temperature_milli: 800, top_k: 40, top_p_milli: 0, seed: 2026 };

fn run(engine: &Engine, request: &GenerateRequest) -> (Generation, Vec<TokenEvent>) {
    let mut events = Vec::new();
    let generation = engine
        .generate(request, &mut |event| {
            events.push(event.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
    (generation, events)
}

#[test]
fn both_back_ends_give_the_same_answer_and_it_streams() {
    let twin = cpu(&shipped());
    let Some(adapter) = gpu(&shipped(), "same answer") else { return };
    for sampler in [GREEDY, WARM] {
        let request = request("Returns the number of elements in the", 32, sampler);
        let (expected, events) = run(&twin, &request);
        assert_eq!(run(&adapter, &request), (expected.clone(), events.clone()));
        assert_eq!(run(&twin, &request).0, expected, "the same question has the same answer");
        assert_eq!(expected.prompt_token_ids[0], 0, "the start token comes first");
        let ids: Vec<u32> = events.iter().map(|event| event.token_id).collect();
        assert_eq!(ids, expected.output_token_ids);
        let text: String = events.iter().map(|event| event.text.as_str()).collect();
        assert_eq!(text, expected.text);
        assert!(events.iter().zip(0..).all(|(event, index)| event.index == index));
    }
}

#[test]
fn another_seed_gives_another_answer() {
    let twin = cpu(&shipped());
    let ask = |seed| run(&twin, &request("The", 16, Sampler { seed, ..WARM })).0.output_token_ids;
    assert_ne!(ask(1), ask(2));
}

#[test]
fn a_caller_can_break_off_and_ask_again() {
    let twin = cpu(&shipped());
    let long = request("Returns the", 40, GREEDY);
    let broken = twin.generate(&long, &mut |event| match event.index {
        4 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let broken = broken.unwrap();
    assert_eq!(broken.finish_reason, FinishReason::Cancelled);
    assert_eq!(broken.output_token_ids.len(), 5);
    let (whole, _) = run(&twin, &long);
    assert_eq!(whole.output_token_ids[..5], broken.output_token_ids);
}

#[test]
fn characters_of_several_tokens_arrive_whole() {
    let twin = cpu(&shipped());
    let (answer, events) = run(&twin, &request("héllo → 日本", 24, Sampler { top_k: 0, ..WARM }));
    assert!(events.iter().all(|event| std::str::from_utf8(event.text.as_bytes()).is_ok()));
    assert!(matches!(answer.finish_reason, FinishReason::Length | FinishReason::Stop));
}

#[test]
fn speed_is_printed_for_the_record() {
    let twin = cpu(&shipped());
    let adapter = gpu(&shipped(), "speed");
    for engine in [Some(&twin), adapter.as_ref()].into_iter().flatten() {
        let request = request(
            "Returns the number of",
            48,
            Sampler { temperature_milli: 900, top_k: 0, top_p_milli: 0, seed: 3 },
        );
        let start = Instant::now();
        let (answer, _) = run(engine, &request);
        let tokens = answer.output_token_ids.len() as f64;
        let seconds = start.elapsed().as_secs_f64();
        let (name, api) = (&engine.adapter().name, &engine.adapter().api);
        eprintln!(
            "{name} ({api}): {:.1} tokens/s, {:.2} ms a token",
            tokens / seconds,
            1e3 * seconds / tokens
        );
    }
}
