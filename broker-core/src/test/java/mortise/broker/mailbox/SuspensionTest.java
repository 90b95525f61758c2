package mortise.broker.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.api.Clock;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.ThreadedExecution;
import org.junit.jupiter.api.Test;

class SuspensionTest {
    private final MailboxRig rig = new MailboxRig();
    private final RecordingOwner owner = new RecordingOwner();
    private final Mailbox<TestCommand, String> mailbox = rig.mailbox(owner);
    private final List<Suspension> suspensions = new ArrayList<>();

    private void suspend() {
        suspensions.add(mailbox.suspend(() -> owner.given.add("continued")));
    }

    private void suspendOnce() {
        owner.duringServe = null;
        suspend();
    }

    @Test
    void nothingIsServedUntilItIsResumedAndThenInTheUsualOrder() {
        owner.duringServe = this::suspendOnce;
        rig.offer(mailbox);

        rig.offer(mailbox);
        mailbox.control("x");
        mailbox.signal(4);
        rig.settle();
        assertThat(owner.given).containsExactly("data 1");
        assertThat(rig.handedOn).isEmpty();

        suspensions.getFirst().resume();
        assertThat(owner.given).as("on a drain thread").containsExactly("data 1");
        rig.settle();

        assertThat(owner.given)
                .containsExactly("data 1", "continued", "signals 4", "control x", "data 2");
        assertThat(mailbox).hasToString("0 commands, 0 bytes");
        rig.offer(mailbox);
        assertThat(owner.given).endsWith("data 3");
    }

    @Test
    void whatWasTakenKeepsItsCreditUntilTheOwnerHasGoneOn() {
        mailbox.signal(1);
        owner.duringServe = this::suspendOnce;
        rig.offer(mailbox);
        rig.offer(mailbox);
        rig.offer(mailbox);
        rig.settle();

        assertThat(owner.runSizes).containsExactly(3);
        assertThat(mailbox.commandsUsed()).isEqualTo(3);
        suspensions.getFirst().resume();
        rig.settle();
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void aControlCommandAndASignalMaySuspend() {
        owner.duringControl =
                command -> {
                    if (command.equals("first")) {
                        suspend();
                    }
                };
        mailbox.control("first");
        mailbox.control("second");
        rig.settle();
        assertThat(owner.executed).containsExactly("first");
        suspensions.getFirst().resume();
        rig.settle();
        assertThat(owner.given).containsExactly("control first", "continued", "control second");

        owner.duringSignals = this::suspend;
        mailbox.signal(1);
        mailbox.control("third");
        rig.settle();
        assertThat(owner.executed).containsExactly("first", "second");
        suspensions.getLast().resume();
        rig.settle();
        assertThat(owner.executed).containsExactly("first", "second", "third");
    }

    @Test
    void resumedBeforeItsDrainHasReturnedThatDrainGoesOn() {
        owner.duringServe =
                () -> {
                    suspendOnce();
                    suspensions.getFirst().resume();
                    rig.offer(mailbox);
                };

        rig.offer(mailbox);

        assertThat(owner.given).containsExactly("data 1", "continued", "data 2");
        assertThat(rig.handedOn).isEmpty();
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void aContinuationMaySuspendAgain() {
        owner.duringServe =
                () -> {
                    owner.duringServe = null;
                    suspensions.add(mailbox.suspend(this::suspend));
                };
        rig.offer(mailbox);
        rig.offer(mailbox);

        suspensions.get(0).resume();
        rig.settle();
        assertThat(owner.given).containsExactly("data 1");
        assertThat(mailbox.commandsUsed()).as("the first is not through").isEqualTo(2);
        suspensions.get(1).resume();
        rig.settle();

        assertThat(owner.given).containsExactly("data 1", "continued", "data 2");
        assertThat(mailbox.commandsUsed()).isZero();
    }

    @Test
    void itIsResumedOnce() {
        owner.duringServe = this::suspendOnce;
        rig.offer(mailbox);
        suspensions.getFirst().resume();

        assertThatThrownBy(() -> suspensions.getFirst().resume())
                .isInstanceOf(IllegalStateException.class);

        rig.settle();
        assertThatThrownBy(() -> suspensions.getFirst().resume())
                .isInstanceOf(IllegalStateException.class);
        assertThat(owner.given).containsExactly("data 1", "continued");
        assertThat(rig.handedOn).isEmpty();
    }

    @Test
    void anOwnerIsSuspendedOnceAtATime() {
        List<Throwable> refused = new ArrayList<>();
        owner.duringServe =
                () -> {
                    suspendOnce();
                    try {
                        mailbox.suspend(() -> {});
                    } catch (IllegalStateException twice) {
                        refused.add(twice);
                    }
                };

        rig.offer(mailbox);

        assertThat(refused).hasSize(1);
    }

    @Test
    void aContinuationThatThrowsFencesTheOwnerAndTheMailboxGoesOn() {
        owner.duringServe =
                () -> {
                    owner.duringServe = null;
                    suspensions.add(
                            mailbox.suspend(() -> {
                                throw new IllegalStateException("broken");
                            }));
                };
        rig.offer(mailbox);
        rig.offer(mailbox);

        suspensions.getFirst().resume();
        rig.settle();

        assertThat(owner.fenced).hasMessage("broken");
        assertThat(owner.given).containsExactly("data 1", "data 2");
        assertThat(mailbox).hasToString("0 commands, 0 bytes");
    }

    @Test
    void anOwnerThatSuspendsAndThrowsIsFencedAtOnceAndGoesOnWhenResumed() {
        owner.duringServe =
                () -> {
                    suspendOnce();
                    throw new IllegalStateException("broken");
                };
        rig.offer(mailbox);
        rig.offer(mailbox);
        assertThat(owner.fenced).hasMessage("broken");
        assertThat(owner.given).containsExactly("data 1");

        suspensions.getFirst().resume();
        rig.settle();

        assertThat(owner.given).containsExactly("data 1", "continued", "data 2");
        assertThat(mailbox).hasToString("0 commands, 0 bytes");
    }

    @Test
    void whoResumesWhileItDrainsAnotherMailboxDrainsThisOneToo() {
        owner.duringServe = this::suspendOnce;
        rig.offer(mailbox);
        RecordingOwner second = new RecordingOwner();
        Mailbox<TestCommand, String> other = rig.mailbox(second);
        second.duringServe =
                () -> {
                    suspensions.getFirst().resume();
                    assertThat(owner.given).containsExactly("data 1");
                };

        rig.offer(other);

        assertThat(owner.given).containsExactly("data 1", "continued");
        assertThat(rig.handedOn).isEmpty();
    }

    @Test
    void aStepRunsElsewhereAndItsResultComesBackIntoTheDrain() {
        List<Runnable> steps = new ArrayList<>();
        Blocking later =
                new Blocking() {
                    @Override
                    public <T> CompletionStage<T> run(String what, Callable<T> task) {
                        CompletableFuture<T> done = new CompletableFuture<>();
                        steps.add(() -> {
                            try {
                                done.complete(task.call());
                            } catch (Exception failure) {
                                done.completeExceptionally(failure);
                            }
                        });
                        return done;
                    }
                };
        owner.duringControl =
                command ->
                        mailbox.suspendFor(
                                later,
                                command,
                                () -> Integer.parseInt(command),
                                (number, failure) ->
                                        owner.given.add("got " + number + ", " + failure));
        mailbox.control("12");
        mailbox.control("x");
        rig.settle();
        rig.offer(mailbox);
        assertThat(owner.given).containsExactly("control 12");

        steps.get(0).run();
        rig.settle();
        steps.get(1).run();
        rig.settle();

        assertThat(owner.given)
                .containsExactly(
                        "control 12",
                        "got 12, null",
                        "control x",
                        "got null, java.lang.NumberFormatException: For input string: \"x\"",
                        "data 1");
    }

    @Test
    void aStepThatIsRefusedComesBackAsItsFailure() {
        Blocking full =
                new Blocking() {
                    @Override
                    public <T> CompletionStage<T> run(String what, Callable<T> task) {
                        throw new IllegalStateException("no more threads");
                    }
                };
        owner.duringSignals =
                () ->
                        mailbox.suspendFor(
                                full,
                                "a step",
                                () -> 1,
                                (number, failure) -> owner.given.add(String.valueOf(failure)));

        mailbox.signal(1);
        rig.settle();

        assertThat(owner.given).last().asString().contains("no more threads");
        rig.offer(mailbox);
        assertThat(owner.given).endsWith("data 1");
    }

    @Test
    void resumedAfterTheDrainsWereClosedNothingComesOfIt() {
        Drains threads =
                Drains.on(
                        new ThreadedExecution(
                                Clock.system(), new SplittableRandom(1), Metrics.discarding()),
                        new DrainBounds(4, 1 << 20, 1),
                        1,
                        Metrics.discarding());
        Mailbox<TestCommand, String> closing =
                new Mailbox<>(owner, rig.site, threads, rig.line, MailboxRig.BOUNDS);
        owner.duringServe =
                () -> {
                    owner.duringServe = null;
                    suspensions.add(closing.suspend(() -> owner.given.add("continued")));
                };
        rig.offer(closing);
        threads.close();

        suspensions.getFirst().resume();
        rig.offer(closing);

        assertThat(owner.given).containsExactly("data 1");
    }
}
