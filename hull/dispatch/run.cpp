// hull/dispatch/run.cpp -- the steps of a plan: allocate, bind, compile if need be, launch, report
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/run.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "dispatch/bind.hpp"
#include "dispatch/choose.hpp"
#include "dispatch/environment.hpp"
#include "dispatch/host_region.hpp"
#include "dispatch/profile.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/run_short.hpp"
#include "dispatch/tally.hpp"
#include "dispatch/value_block.hpp"
#include "program/thread_exit.hpp"
#include "trireme/error.hpp"
#include "trireme/explain.hpp"

namespace trireme::dispatch {

namespace {

using graph::Node;
using graph::Slot;
using graph::Snapshot;
using graph::Step;
using program::Form;

std::atomic<std::int64_t> fallbacks{0};

/// Arrays too large to set up for every small evaluation: each thread keeps one and hands it to its runners.
struct Workspace {
  Binding binding;
  Argument arguments[kMaxParameters];
};

thread_local constinit Workspace* spare = nullptr;
thread_local constinit bool spare_registered = false;

void drop_spare() {
  delete spare;
  spare = nullptr;
}

class WorkspaceLease {
 public:
  WorkspaceLease() : workspace_(std::exchange(spare, nullptr)) {
    if (workspace_) return;
    if (!spare_registered && !program::ThreadExit::gone()) {
      program::ThreadExit::at_exit(&drop_spare);
      spare_registered = true;
    }
    workspace_ = new Workspace;
  }
  ~WorkspaceLease() {
    if (!spare && !program::ThreadExit::gone()) spare = workspace_;
    else delete workspace_;
  }
  WorkspaceLease(const WorkspaceLease&) = delete;
  WorkspaceLease& operator=(const WorkspaceLease&) = delete;
  Workspace& operator*() const { return *workspace_; }

 private:
  Workspace* workspace_;
};

class Runner {
 public:
  Runner(const Snapshot& snapshot, const Region* region, Results& results, Workspace& workspace)
      : s_(snapshot), region_(region), results_(results), explain_(Explain::current()), binding_(workspace.binding), arguments_(workspace.arguments) {}

  void run(CompiledPlan& plan) {
    device_ = choose(s_, plan, explain_ ? &choice_ : nullptr);
    for (auto& step : plan.steps) run_step(*step);
    for (int k = 0; k < s_.lazies; ++k)
      if (s_.output[k] && s_.lazy[k]->kind == graph::Kind::reshape) {
        Storage* storage = value_of(static_cast<Slot>(k));
        graph::retain(storage);
        results_.set(static_cast<Slot>(k), storage);
      }
  }

 private:
  void run_step(CompiledStep& compiled) {
    const Step& step = *compiled.step;
    target_ = device_;
    fell_back_.clear();
    if (target_ != kCpu) check_support(compiled);
    moved_before_ = moved_;
    compile_cost_ = {};
    if (target_ != kCpu) {
      try {
        return run_on_target(compiled);
      } catch (const error& refused) {  // what shows only with shapes and layout: too many parameters, too many groups
        if (refused.code() != Code::unsupported) throw;
        for (auto slot = step.outputs.rbegin(); slot != step.outputs.rend(); ++slot) results_.discard(*slot);
        fall_back(device(target_).name + " cannot run this: " + refused.what());
      }
    }
    run_on_target(compiled);
  }

  void run_on_target(CompiledStep& compiled) {
    const Step& step = *compiled.step;
    where_ = target_ == kCpu ? &cpu_device() : &device(target_);

    std::size_t inputs = step.inputs.size();
    for (std::size_t k = 0; k < inputs; ++k)
      if (step.program.parameters[k].role != program::Role::index) bind_input(step.inputs[k], arguments_[k]);

    if (step.program.form != Form::map) {
      run_reduction(compiled);
      return;
    }
    const Region* region = step.root == 0 ? region_ : nullptr;
    std::optional<HostRegion> on_host;
    if (region && region->storage->device != target_) {
      const Node* root = s_.node(step.root);
      on_host.emplace(*region, root->shape, item_size(root->dtype), moved_);
      region = &on_host->region();
    }
    const program::Layout& layout = bind_step(compiled, region);
    allocate_outputs(step, region);
    launch(compiled, binding_.domain, layout, step.program.parameters.size());
    if (on_host) on_host->write_back();
  }

  /// Fills the binding and the inputs' accesses. The usual case is flat: one axis, nothing to collapse.
  const program::Layout& bind_step(CompiledStep& compiled, const Region* region = nullptr) {
    const Step& step = *compiled.step;
    for (std::size_t k = 0; k < step.inputs.size(); ++k) arguments_[k].access = &binding_.access[k];
    if (!step.flat || region) {
      bind(step, s_, region, binding_);
      return binding_.layout;
    }
    bool map = step.program.form == Form::map;
    const Node* root = s_.node(step.root);
    program::Domain& domain = binding_.domain;
    domain.rank = 1;
    domain.kept = map;
    domain.extent[0] = (map ? root : root->input[0])->shape.size();
    bool wide = domain.extent[0] >= std::int64_t{1} << 31;
    for (std::size_t k = 0; k < step.inputs.size(); ++k) {
      Slot slot = step.inputs[k].slot;
      program::Access& access = binding_.access[k];
      access.offset = graph::is_leaf(slot) ? s_.node(slot)->offset : 0;
      access.stride[0] = compiled.flat_layout.access[k] == program::AccessKind::contiguous;
      access.wrapped = false;
      wide |= access.offset + domain.extent[0] >= std::int64_t{1} << 31;
    }
    if (!wide) return compiled.flat_layout;
    binding_.layout = compiled.flat_layout;
    binding_.layout.wide = true;
    return binding_.layout;
  }

  void run_reduction(CompiledStep& compiled) {
    const Step& step = *compiled.step;
    const Node* root = s_.node(step.root);
    Form form = step.program.form;
    const program::Layout& layout = bind_step(compiled);
    std::size_t inputs = step.inputs.size();
    std::int64_t kept = binding_.domain.kept_size();
    std::int64_t partials = chunk_count(form, binding_.domain);
    std::size_t item = item_size(root->dtype);
    Held made;
    made.storage = allocate(target_, bytes_of(kept * partials, item));
    arguments_[inputs] = {made.storage->memory, nullptr, 0};
    launch(compiled, binding_.domain, layout, inputs + 1);
    while (partials > 1) {
      CompiledStep& combine = combine_step(form, root->op, root->dtype);
      bind_partials(form, kept, partials, binding_);
      partials = chunk_count(form, binding_.domain);
      Held next;
      next.storage = allocate(target_, bytes_of(kept * partials, item));
      arguments_[0] = {made.storage->memory, &binding_.access[0], 0};
      arguments_[1] = {next.storage->memory, nullptr, 0};
      launch(combine, binding_.domain, binding_.layout, 2);
      std::swap(made.storage, next.storage);  // a device runs launches in order, so the old partials may go
    }
    results_.set(step.root, std::exchange(made.storage, nullptr));
  }

  Storage* value_of(Slot slot) const {
    while (!graph::is_leaf(slot) && s_.lazy[slot]->kind == graph::Kind::reshape) slot = s_.input[slot][0];
    return graph::is_leaf(slot) ? s_.node(slot)->storage : results_.get(slot);
  }

  void bind_input(const graph::Source& source, Argument& argument) {
    if (graph::is_constant(source.slot)) {
      argument.scalar = source.part ? s_.node(source.slot)->imaginary : s_.node(source.slot)->bits;
      return;
    }
    Storage* storage = value_of(source.slot);
    argument.memory = storage->device == target_ ? storage->memory : on_device(storage, target_, moved_)->memory;
  }

  void allocate_outputs(const Step& step, const Region* region) {
    std::size_t inputs = step.inputs.size();
    if (region) arguments_[inputs] = {region->storage->memory, &binding_.access[inputs], 0};
    for (std::size_t k = region ? 1 : 0; k < step.outputs.size(); ++k) {
      const Node* n = s_.node(step.outputs[k]);
      Storage* storage = allocate(target_, bytes_of(n->shape.size(), item_size(n->dtype)));
      results_.set(step.outputs[k], storage);
      arguments_[inputs + k] = {storage->memory, nullptr, 0};
    }
  }

  void check_support(const CompiledStep& compiled) {
    RegisteredDevice& wanted = device(target_);
    const std::string* lost = why_lost(wanted);
    if (!lost && wanted.exact && compiled.is_accepted_by(target_)) return;
    Support support = lost ? Support::no(*lost) : wanted.backend->supports(compiled.step->program, wanted.index);
    if (support.yes && wanted.exact) return;
    fall_back(wanted.name + " cannot run this: " + (support.yes ? wanted.reason : support.reason));
  }

  /// From here on this step runs on the CPU.
  void fall_back(const std::string& reason) {
    target_ = kCpu;
    fell_back_ = reason;
    // What nobody asked to run there is no fallback: auto has only looked at costs.
    if (s_.lazy[0]->device == 0 && device_from_environment() == 0) return;
    if (environment().strict) throw error(Code::unsupported, reason + " (TRIREME_STRICT=1 forbids the fallback to the cpu)");
    fallbacks.fetch_add(1, std::memory_order_relaxed);
  }

  void launch(CompiledStep& compiled, const program::Domain& domain, const program::Layout& layout, std::size_t count) {
    const Executable& executable = find_executable(compiled, layout, target_, explain_ ? &compile_cost_ : nullptr);
    Launch what{&domain, &layout, std::span<const Argument>(arguments_, count)};
    count_program();
    if (explain_ || profiling()) [[unlikely]] launch_timed(compiled, executable, what);
    else where_->backend->launch(where_->index, executable, what);
  }

  [[gnu::noinline, gnu::cold]] void launch_timed(const CompiledStep& compiled, const Executable& executable, const Launch& what) {
    const program::Domain& domain = *what.domain;
    bool profiled = profiling();
    where_->backend->wait(where_->index);
    auto start = std::chrono::steady_clock::now();
    where_->backend->launch(where_->index, executable, what);
    where_->backend->wait(where_->index);
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    Traffic traffic = traffic_of(compiled.step->program, domain, *what.layout);
    if (explain_) report(compiled, domain, executable, traffic, seconds);
    if (profiled) profile(compiled, domain, traffic, start, seconds);
  }

  struct Traffic {
    std::int64_t read = 0, written = 0;
  };

  Traffic traffic_of(const program::Program& p, const program::Domain& domain, const program::Layout& layout) const {
    Traffic t;
    for (std::size_t k = 0; k < p.parameters.size(); ++k) {
      auto item = static_cast<std::int64_t>(item_size(p.parameters[k].type));
      if (p.parameters[k].role == program::Role::output)
        t.written += item * (p.form == Form::map ? domain.size() : domain.kept_size() * chunk_count(p.form, domain));
      if (p.parameters[k].role == program::Role::input) t.read += item * distinct_elements(domain, layout.access[k], k);
    }
    return t;
  }

  void profile(const CompiledStep& compiled, const program::Domain& domain, Traffic traffic,
               std::chrono::steady_clock::time_point start, double seconds) const {
    std::string name = profile_name(compiled.step->program), level = where_->backend->level();
    MemoryCount memory = memory_count(0);
    report_profile({name, compiled.hash.low, where_->name, level, start, seconds, domain.size(), traffic.read, traffic.written,
                    memory.live, memory.peak});
  }

  void report(const CompiledStep& compiled, const program::Domain& domain, const Executable& executable, Traffic traffic,
              double seconds) {
    ProgramReport r;
    const program::Program& p = compiled.step->program;
    r.program = program::print(p);
    r.device = where_->name;
    r.level = where_->backend->level();
    r.compiled = where_->backend->is_compiled(executable);
    r.why = fell_back_.empty() ? choice_.why : fell_back_ + "; runs on the cpu instead";
    r.candidates = choice_.candidates;
    r.source = executable.source();
    r.operations = compiled.step->operations;
    r.elements = domain.size();
    r.bytes_read = traffic.read;
    r.bytes_written = traffic.written;
    r.bytes_moved = moved_ - moved_before_;
    moved_before_ = moved_;
    r.seconds = seconds;
    // Too little to tell one rate of memory from another is not worth measuring the device.
    constexpr std::int64_t kWorthMeasuring = 1 << 20;
    const std::int64_t bytes = traffic.read + traffic.written;
    const DeviceInfo& info = bytes >= kWorthMeasuring ? measured(target_) : where_->info;
    r.estimated_seconds = info.launch_seconds + static_cast<double>(bytes) / info.bytes_per_second;
    r.from_disk_cache = compile_cost_.from_disk;
    r.compile_seconds = std::exchange(compile_cost_, {}).seconds;
    explain_->add(std::move(r));
  }

  /// Elements that must be read at least: an axis with stride 0 is read once.
  std::int64_t distinct_elements(const program::Domain& domain, program::AccessKind kind, std::size_t k) const {
    if (kind == program::AccessKind::single) return domain.size() ? 1 : 0;
    if (kind == program::AccessKind::contiguous) return domain.size();
    std::int64_t n = 1;
    for (int axis = 0; axis < domain.rank; ++axis)
      if (arguments_[k].access->stride[axis] != 0) n *= domain.extent[axis];
    return n;
  }

  const Snapshot& s_;
  const Region* region_;
  Results& results_;
  Explain* explain_;
  std::uint8_t device_ = kCpu, target_ = kCpu;
  RegisteredDevice* where_ = nullptr;
  Choice choice_;
  std::string fell_back_;
  std::int64_t moved_ = 0, moved_before_ = 0;
  CompileCost compile_cost_;
  Binding& binding_;
  Argument* arguments_;
};

}  // namespace

void run(const Snapshot& snapshot, const Region* region, Results& results) {
  CompiledPlan& plan = find_plan(snapshot);
  if (plan.short_way.usable && !region && run_short(plan, snapshot, results)) return;
  WorkspaceLease lease;
  Runner(snapshot, region, results, *lease).run(plan);
}

RunCounters run_counters() {
  return {program_count(), bytes_moved(), fallbacks.load(std::memory_order_relaxed)};
}

}  // namespace trireme::dispatch
