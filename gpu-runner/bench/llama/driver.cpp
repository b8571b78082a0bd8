// Purpose: runs a model on llama.cpp's CPU path and answers how long a piece of work took.
// Usage:   llama-driver MODEL THREADS CONTEXT SEQUENCES, then lines on standard input:
//          prefill SEQUENCES TOKENS   empties the cache and reads a prompt into each sequence
//          decode SEQUENCES STEPS     one token a sequence and step, logits of every one
// Answer:  one line of seconds for each line; sampling is not part of it.
#include "llama.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

struct Driver {
    llama_model * model;
    llama_context * context;
    int32_t vocabulary;
    uint64_t state = 1;
    std::vector<int32_t> positions;

    llama_token draw() {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return static_cast<llama_token>((state >> 33) % static_cast<uint64_t>(vocabulary));
    }

    void run(llama_batch & batch) {
        if (llama_decode(context, batch) != 0) {
            std::fprintf(stderr, "llama_decode failed\n");
            std::exit(1);
        }
        llama_synchronize(context);
        batch.n_tokens = 0;
    }

    void push(llama_batch & batch, int sequence, bool wants_logits) {
        const int at = batch.n_tokens++;
        batch.token[at] = draw();
        batch.pos[at] = positions[sequence]++;
        batch.n_seq_id[at] = 1;
        batch.seq_id[at][0] = sequence;
        batch.logits[at] = wants_logits;
    }
};

double seconds_of(const std::chrono::steady_clock::time_point & start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int count, char ** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "llama-driver MODEL THREADS CONTEXT SEQUENCES\n");
        return 2;
    }
    const int threads = std::atoi(arguments[2]);
    const int context_tokens = std::atoi(arguments[3]);
    const int sequences = std::atoi(arguments[4]);
    llama_log_set([](ggml_log_level level, const char * text, void *) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
    }, nullptr);
    llama_backend_init();

    Driver driver;
    driver.model = llama_model_load_from_file(arguments[1], llama_model_default_params());
    if (!driver.model) return 1;
    llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx = static_cast<uint32_t>(context_tokens * sequences);
    parameters.n_batch = 512;
    parameters.n_ubatch = 512;
    parameters.n_seq_max = static_cast<uint32_t>(sequences);
    parameters.n_threads = threads;
    parameters.n_threads_batch = threads;
    driver.context = llama_init_from_model(driver.model, parameters);
    if (!driver.context) return 1;
    driver.vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(driver.model));
    llama_batch batch = llama_batch_init(512, 0, 1);

    char word[16];
    int first = 0;
    int second = 0;
    while (std::scanf("%15s %d %d", word, &first, &second) == 3) {
        const auto start = std::chrono::steady_clock::now();
        if (word[0] == 'p') {
            llama_memory_clear(llama_get_memory(driver.context), true);
            driver.positions.assign(sequences, 0);
            for (int sequence = 0; sequence < first; ++sequence) {
                for (int token = 0; token < second; ++token) {
                    driver.push(batch, sequence, token + 1 == second);
                    if (batch.n_tokens == 512) driver.run(batch);
                }
            }
            if (batch.n_tokens > 0) driver.run(batch);
        } else {
            for (int step = 0; step < second; ++step) {
                for (int sequence = 0; sequence < first; ++sequence) driver.push(batch, sequence, true);
                driver.run(batch);
            }
        }
        std::printf("%.9f\n", seconds_of(start));
        std::fflush(stdout);
    }
    llama_batch_free(batch);
    llama_free(driver.context);
    llama_model_free(driver.model);
    return 0;
}
