#pragma once

#include <memory>
#include <utility>

namespace waymark::test {

/// A store together with the place it stands in, which goes away after it.
template <class Place, class Store>
std::shared_ptr<Store> kept_in(std::shared_ptr<Place> place, std::shared_ptr<Store> in_place) {
  auto* const plain = in_place.get();
  return std::shared_ptr<Store>{
      plain, [place = std::move(place), in_place = std::move(in_place)](Store*) mutable {
        in_place.reset();
        place.reset();
      }};
}

} // namespace waymark::test
