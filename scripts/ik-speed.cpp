// Speed of ik_llama.cpp on a file, for scripts/bench-peers: prompts, and sequences that decode together, with random tokens.
//
//     c++ -O2 -std=c++17 scripts/ik-speed.cpp -I IK/include -I IK/ggml/include -L IK/build/src -L IK/build/ggml/src \
//         -lllama -lggml -Wl,-rpath,IK/build/src:IK/build/ggml/src -o ik-speed
//     ik-speed MODEL THREADS PROMPT TOKENS SEQUENCES,... mapped|repacked
//
// IK is a clone of ik_llama.cpp that was built for this machine (commit 8337e4c was measured). "repacked" lays the weights out anew
// at load, which takes memory for all of them; "mapped" leaves them in the file. Prints tokens a second as JSON.
#include "llama.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sstream>
#include <string>

static std::mt19937 tokens(1);

static void fail(const char *what) {
    fprintf(stderr, "ik-speed: %s\n", what);
    exit(1);
}

static llama_context *context_of(llama_model *model, int sequences, int length, int threads) {
    llama_context_params params = llama_context_default_params();
    params.n_ctx = sequences * length;
    params.n_seq_max = sequences;
    params.n_batch = length > 512 ? length : 512;
    params.n_ubatch = 512;
    params.n_threads = params.n_threads_batch = threads;
    llama_context *context = llama_init_from_model(model, params);
    if (!context) fail("no context");
    return context;
}

// Seconds for `length` tokens in each of `sequences` from `position` on.
static double seconds_for(llama_context *context, int vocabulary, int sequences, int position, int length) {
    llama_batch batch = llama_batch_init(sequences * length, 0, 1);
    batch.n_tokens = sequences * length;
    for (int row = 0; row < batch.n_tokens; row++) {
        batch.token[row] = tokens() % vocabulary;
        batch.pos[row] = position + row / sequences;
        batch.n_seq_id[row] = 1;
        batch.seq_id[row][0] = row % sequences;
        batch.logits[row] = row >= batch.n_tokens - sequences;
    }
    auto since = std::chrono::steady_clock::now();
    if (llama_decode(context, batch) != 0) fail("could not decode");
    // The logits are there when this returns.
    if (!llama_get_logits(context)) fail("no logits");
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
    llama_batch_free(batch);
    return seconds;
}

int main(int count, char **arguments) {
    if (count != 7) fail("MODEL THREADS PROMPT TOKENS SEQUENCES,... mapped|repacked");
    int threads = atoi(arguments[2]), prompt = atoi(arguments[3]), length = atoi(arguments[4]);
    bool repacked = !strcmp(arguments[6], "repacked");
    llama_backend_init();
    llama_model_params params = llama_model_default_params();
    params.use_mmap = !repacked;
    params.repack_tensors = repacked;
    llama_model *model = llama_model_load_from_file(arguments[1], params);
    if (!model) fail("could not open the file");
    int vocabulary = llama_n_vocab(model);
    std::string told;
    auto tell = [&told](const std::string &name, double speed) {
        told += (told.empty() ? "{\"" : ", \"") + name + "\": " + std::to_string(speed);
    };
    if (prompt > 0) {
        llama_context *context = context_of(model, 1, prompt < 256 ? 256 : prompt, threads);
        seconds_for(context, vocabulary, 1, 0, prompt);
        llama_kv_cache_clear(context);
        tell("prompt of " + std::to_string(prompt), prompt / seconds_for(context, vocabulary, 1, 0, prompt));
        llama_free(context);
    }
    std::stringstream numbers(arguments[5]);
    for (std::string number; length > 0 && std::getline(numbers, number, ',');) {
        int sequences = atoi(number.c_str());
        llama_context *context = context_of(model, sequences, 16 + length, threads);
        for (int position = 0; position < 16; position++) seconds_for(context, vocabulary, sequences, position, 1);
        double seconds = 0;
        for (int position = 0; position < length; position++) seconds += seconds_for(context, vocabulary, sequences, 16 + position, 1);
        tell("decode x " + number, sequences * length / seconds);
        llama_free(context);
    }
    printf("%s}\n", told.c_str());
}
