#include <waymark/actors/projection.hpp>

#include <waymark/messages/error.hpp>

namespace waymark::detail {

void add_handler(projection_spec& spec, std::string event_type, event_handler handler) {
  if (event_type.empty())
    throw usage_error{"projection \"" + spec.name + "\": .on needs the name of an event type"};
  const auto [where, added] = spec.handlers.try_emplace(std::move(event_type), std::move(handler));
  if (!added)
    throw usage_error{"projection \"" + spec.name + "\" has two handlers for \"" + where->first +
                      "\": join them into one, or make two projections"};
}

void set_batch_handler(projection_spec& spec, std::vector<std::string> types,
                       batch_handler handler) {
  if (spec.on_batch.call)
    throw usage_error{"projection \"" + spec.name +
                      "\" has two batch handlers: join them into one over JSON, "
                      ".on_batch({\"A\", \"B\"}, …), or make two projections"};
  if (types.empty())
    throw usage_error{"projection \"" + spec.name + "\": .on_batch needs at least one event type"};
  spec.batch_types = std::move(types);
  spec.on_batch = std::move(handler);
}

void set_letter_rounds(projection_spec& spec, letter_retry_policy policy) {
  if (policy.rounds == 0)
    throw usage_error{"projection \"" + spec.name +
                      "\": .retry_letters with 0 rounds retries nothing: say how many, "
                      ".retry_letters({.rounds = 3}), or leave it out"};
  spec.retry_letters = policy;
}

spec_ptr freeze(projection_spec&& spec) {
  if (const auto mistake = find_mistake(spec))
    throw usage_error{*mistake};
  return std::make_shared<const projection_spec>(std::move(spec));
}

} // namespace waymark::detail
