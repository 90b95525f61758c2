package mortise.coordinator.group;

import java.util.UUID;
import java.util.function.BiPredicate;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a group that the broker balances has at present, and on its way to what it is to
 * have (KIP-848, reconciliation).
 *
 * @param epoch the member's epoch; {@link #LEFT_FOR_NOW} if it is a static member that is away
 * @param previousEpoch the one before, with which it may come if it did not hear of the new one
 * @param assigned what it owns, or may own
 * @param pendingRevocation what it is to give up and may still own
 */
record MemberAssignment(
        ConsumerMemberState state,
        int epoch,
        int previousEpoch,
        Assignment assigned,
        Assignment pendingRevocation) {
    static final int JOINS = 0;
    static final int LEAVES = -1;
    static final int LEFT_FOR_NOW = -2;

    /** That of a member that has just come. */
    static final MemberAssignment NEW =
            new MemberAssignment(
                    ConsumerMemberState.STABLE, 0, -1, Assignment.NONE, Assignment.NONE);

    /** Everything that it may own. */
    Assignment owned() {
        return pendingRevocation.isEmpty() ? assigned : assigned.plus(pendingRevocation);
    }

    MemberAssignment withEpoch(int next) {
        return new MemberAssignment(state, next, epoch, assigned, pendingRevocation);
    }

    /**
     * The next step.
     *
     * @param target what it is to have, as of {@code targetEpoch}
     * @param saysItOwns what it says that it owns; null if it does not say
     * @param isTaken whether another member may own a partition
     */
    MemberAssignment next(
            Assignment target,
            int targetEpoch,
            @Nullable Assignment saysItOwns,
            BiPredicate<UUID, Integer> isTaken) {
        return switch (state) {
            case STABLE ->
                    epoch == targetEpoch ? this : towards(target, targetEpoch, saysItOwns, isTaken);
            case UNREVOKED_PARTITIONS ->
                    owns(saysItOwns, pendingRevocation)
                            ? this
                            : towards(target, targetEpoch, saysItOwns, isTaken);
            case UNRELEASED_PARTITIONS -> towards(target, targetEpoch, saysItOwns, isTaken);
            case UNKNOWN -> {
                if (saysItOwns == null || !saysItOwns.isEmpty()) {
                    throw new RefusedException(
                            ErrorCode.FENCED_MEMBER_EPOCH,
                            "what is known of the member was stored by another release; it must join again");
                }
                yield towards(target, targetEpoch, saysItOwns, isTaken);
            }
        };
    }

    private MemberAssignment towards(
            Assignment target,
            int targetEpoch,
            @Nullable Assignment saysItOwns,
            BiPredicate<UUID, Integer> isTaken) {
        Assignment kept = assigned.and(target);
        Assignment toRevoke = assigned.minus(target);
        if (owns(saysItOwns, toRevoke)) {
            return new MemberAssignment(
                    ConsumerMemberState.UNREVOKED_PARTITIONS, epoch, previousEpoch, kept, toRevoke);
        }
        Assignment wanted = target.minus(kept);
        Assignment released = wanted.filter(isTaken.negate());
        return new MemberAssignment(
                released.size() == wanted.size()
                        ? ConsumerMemberState.STABLE
                        : ConsumerMemberState.UNRELEASED_PARTITIONS,
                targetEpoch,
                epoch == targetEpoch ? previousEpoch : epoch,
                kept.plus(released),
                Assignment.NONE);
    }

    /** Whether it may own some of these: it does unless it says otherwise. */
    private static boolean owns(@Nullable Assignment saysItOwns, Assignment some) {
        return !some.isEmpty() && (saysItOwns == null || saysItOwns.meets(some));
    }
}
