//! The core types: identities, values that pass untouched, frames.

mod support;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use doeff_vm_core::{
    AcceptSet, Accepts, CallbackId, Captured, ContId, DispatchId, Frame, HandlerAction,
    HandlerKind, Host, Machine, Marker, Mode, Prompt, PyCallOutcome, PythonCall, SegmentId,
    StepEvent, VMError, Value, Yielded,
};
use support::hand::{EFFECT, call, install, perform, performing, started};
use support::{Ask, Clause, Driver, TestMachine, handled, handler, summing};

#[test]
fn prompts_have_markers_of_their_own() {
    let mut machine = started();
    for _ in 0..50 {
        install(&mut machine);
    }
    let markers: HashSet<Marker> = machine.segments().map(|segment| segment.marker).collect();
    assert_eq!(markers.len(), 51);
    let segments: HashSet<SegmentId> = machine.segments().map(|segment| segment.id).collect();
    assert_eq!(segments.len(), 51);
}

#[test]
fn each_capture_and_each_dispatch_has_an_identity_of_its_own() {
    let (mut continuations, mut dispatches) = (HashSet::new(), HashSet::new());
    let mut machine = started();
    for _ in 0..20 {
        install(&mut machine);
        let captured = perform(&mut machine);
        assert!(continuations.insert(captured.id()));
        assert!(dispatches.insert(captured.dispatch()));
        resume(&mut machine, captured);
    }
    assert_eq!(machine.stats().dispatches, 20);
}

fn resume(machine: &mut TestMachine, captured: Captured<support::TestHost>) {
    let resume = support::driver::resumed(captured, 0);
    let event = support::hand::yielding(machine, resume);
    let mode = support::hand::continued(event);
    let event = support::hand::step(machine, mode);
    assert_eq!(event.name(), ("NeedsPython", "GenSend"));
}

#[test]
fn each_callback_has_an_identity_of_its_own() {
    let mut machine = TestMachine::new();
    let callbacks: HashSet<CallbackId> = (0..10).map(|_| machine.begin_callback()).collect();
    assert_eq!(callbacks.len(), 10);
    assert_eq!(machine.stats().callbacks, 10);
}

#[test]
fn identities_come_from_numbers_and_show_them() {
    assert_eq!(Marker::from(1).to_string(), "prompt#1");
    assert_eq!(SegmentId::from(2).to_string(), "segment#2");
    assert_eq!(ContId::from(3).to_string(), "k#3");
    assert_eq!(DispatchId::from(4).to_string(), "dispatch#4");
    assert_eq!(CallbackId::from(5).to_string(), "callback#5");
    assert_ne!(ContId::from(3), ContId::from(4));
}

#[test]
fn a_broken_protocol_says_what_was_expected() {
    let error = VMError {
        expected: "this",
        found: "that",
    };
    assert_eq!(error.to_string(), "expected this, found that");
    let error: Box<dyn std::error::Error> = Box::new(error);
    assert!(error.source().is_none());
}

#[test]
fn a_frame_is_a_program_or_a_clause() {
    let program = Frame::<Shared>::program("body".into());
    assert_eq!(&*program.generator, "body");
    assert!(program.k.is_none());
    let k = Rc::new(RefCell::new(None));
    let clause = Frame::<Shared>::clause("clause".into(), k.clone());
    assert_eq!(&*clause.generator, "clause");
    assert!(clause.k.is_some_and(|own| Rc::ptr_eq(&own, &k)));
}

/// A host whose objects can be told apart from equal ones.
#[derive(Debug)]
struct Shared;

#[derive(Clone, Copy, Debug)]
struct Any;

impl Accepts for Any {
    fn accepts(self, _: AcceptSet) -> bool {
        true
    }
}

impl Host for Shared {
    type Object = Rc<str>;
    type Generator = Rc<str>;
    type Handler = Rc<str>;
    type Continuation = Rc<RefCell<Option<Captured<Shared>>>>;
    type Error = Rc<str>;
    type EffectType = Any;
}

/// A driven machine of [`Shared`] objects.
struct ByHand(Machine<Shared>);

impl ByHand {
    fn started() -> Self {
        let mut machine = Self(Machine::default());
        let mode = machine.0.start("program".into());
        let StepEvent::NeedsPython(PythonCall::GenSend(Value::Unit)) = machine.0.step(mode) else {
            panic!("a program is started")
        };
        machine
    }

    fn receive(&mut self, outcome: PyCallOutcome<Shared>) -> Mode<Shared> {
        self.0
            .receive_python_result(outcome)
            .expect("a fitting outcome")
    }

    fn yielding(&mut self, yielded: Yielded<Shared>) -> StepEvent<Shared> {
        let mode = self.receive(PyCallOutcome::GenYield(yielded));
        self.0.step(mode)
    }

    /// The call that an event leads to, without another outcome.
    fn call_after(&mut self, mut event: StepEvent<Shared>) -> PythonCall<Shared> {
        loop {
            event = match event {
                StepEvent::Continue(mode) => self.0.step(mode),
                StepEvent::NeedsPython(call) => return call,
                other => panic!("expected a call, got {other:?}"),
            };
        }
    }

    fn sent(&mut self, event: StepEvent<Shared>) -> Rc<str> {
        match self.call_after(event) {
            PythonCall::GenSend(Value::Object(object)) => object,
            other => panic!("expected an object to be sent, got {other:?}"),
        }
    }

    fn installed(kind: HandlerKind) -> Self {
        let mut machine = Self::started();
        let prompt = Prompt {
            handler: "handler".into(),
            kind,
            accepts: AcceptSet::ALL,
        };
        let body = "body".into();
        let event = machine.yielding(Yielded::WithHandler { prompt, body });
        let call = machine.call_after(event);
        assert!(matches!(call, PythonCall::GenSend(Value::Unit)));
        machine
    }
}

fn object() -> Rc<str> {
    "an object".into()
}

#[test]
fn a_result_is_the_very_object_returned() {
    let object = object();
    let mut machine = ByHand::started();
    let event = machine.yielding(Yielded::Program("callee".into()));
    let _ = machine.call_after(event);
    let mode = machine.receive(PyCallOutcome::GenReturn(Value::Object(object.clone())));
    let event = machine.0.step(mode);
    assert!(Rc::ptr_eq(&machine.sent(event), &object));
    let mode = machine.receive(PyCallOutcome::GenReturn(Value::Object(object.clone())));
    let StepEvent::Done(Value::Object(result)) = machine.0.step(mode) else {
        panic!("the program has ended")
    };
    assert!(Rc::ptr_eq(&result, &object));
}

#[test]
fn a_value_at_once_is_the_very_object() {
    let object = object();
    let mut machine = ByHand::started();
    let event = machine.yielding(Yielded::Value(Value::Object(object.clone())));
    assert!(Rc::ptr_eq(&machine.sent(event), &object));
}

#[test]
fn an_effect_and_its_answer_are_the_very_objects() {
    let (effect, answer) = (object(), object());
    let mut machine = ByHand::installed(HandlerKind::Python);
    let event = machine.yielding(Yielded::Perform {
        effect: effect.clone(),
        effect_type: Any,
    });
    let PythonCall::CallHandler {
        captured,
        effect: seen,
    } = machine.call_after(event)
    else {
        panic!("the handler is called")
    };
    assert!(Rc::ptr_eq(&seen, &effect));
    let event = machine.yielding(Yielded::Resume {
        captured,
        value: Value::Object(answer.clone()),
    });
    assert!(Rc::ptr_eq(&machine.sent(event), &answer));
}

#[test]
fn a_built_in_handler_gets_and_gives_the_very_objects() {
    let (effect, answer) = (object(), object());
    let mut machine = ByHand::installed(HandlerKind::Stdlib);
    let event = machine.yielding(Yielded::Perform {
        effect: effect.clone(),
        effect_type: Any,
    });
    let PythonCall::CallStdlib { effect: seen } = machine.call_after(event) else {
        panic!("the built-in handler is asked")
    };
    assert!(Rc::ptr_eq(&seen, &effect));
    let resume = HandlerAction::Resume(Value::Object(answer.clone()));
    let mode = machine.receive(PyCallOutcome::Action(resume));
    let event = machine.0.step(mode);
    assert!(Rc::ptr_eq(&machine.sent(event), &answer));
}

#[test]
fn an_error_is_the_very_object_thrown() {
    let error = object();
    let mut machine = ByHand::started();
    let event = machine.yielding(Yielded::Program("callee".into()));
    let _ = machine.call_after(event);
    let mode = machine.receive(PyCallOutcome::GenError(error.clone()));
    let event = machine.0.step(mode);
    let PythonCall::GenThrow(thrown) = machine.call_after(event) else {
        panic!("the caller gets the error")
    };
    assert!(Rc::ptr_eq(&thrown, &error));
    let mode = machine.receive(PyCallOutcome::GenError(thrown));
    let StepEvent::Error(uncaught) = machine.0.step(mode) else {
        panic!("the program has ended")
    };
    assert!(Rc::ptr_eq(&uncaught, &error));
}

#[test]
fn what_nobody_handles_is_told_by_the_very_effect() {
    let effect = object();
    let mut machine = ByHand::started();
    let event = machine.yielding(Yielded::Perform {
        effect: effect.clone(),
        effect_type: Any,
    });
    let PythonCall::Unhandled {
        effect: unhandled, ..
    } = machine.call_after(event)
    else {
        panic!("nobody handles it")
    };
    assert!(Rc::ptr_eq(&unhandled, &effect));
}

#[test]
fn a_continuation_tells_what_it_holds() {
    let (_, captured) = performing();
    assert_eq!(captured.depth(), 1);
    assert!(captured.handler().is_some());
    assert!(captured.performer().is_some_and(|frame| frame.k.is_none()));
    let mut machine = started();
    install(&mut machine);
    call(&mut machine, support::idle());
    let captured = perform(&mut machine);
    assert_eq!(captured.handlers().count(), 1);
}

#[test]
fn the_driver_of_these_tests_answers_in_order() {
    // So that a broken one cannot make other tests pass.
    let doubled = handler(|effect, k| Clause::Tail(Ask::Resume(k.clone(), effect * 2)));
    let effects = [Ask::Perform(EFFECT), Ask::PerformAs(EFFECT, 4)];
    let program = handled(doubled, 0, summing(effects));
    let mut driver = Driver::default();
    assert_eq!(driver.run(program), Ok(18));
    assert_eq!(driver.calls.len(), 2);
}
