package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.List;
import mortise.wire.message.ConsumerGroupDescribeResponse;
import mortise.wire.message.ConsumerGroupDescribeResponse.DescribedGroup;
import mortise.wire.message.ConsumerGroupDescribeResponse.Member;
import mortise.wire.message.ConsumerGroupDescribeResponse.TopicPartitions;

/** What ConsumerGroupDescribe says of a group. */
final class ConsumerDescription {
    private static final byte CONSUMER = 1;

    private ConsumerDescription() {}

    static DescribedGroup of(ConsumerGroup group, String assignor, TopicCatalog catalog) {
        List<Member> members = new ArrayList<>(group.size());
        for (ConsumerMember member : group.members()) {
            members.add(
                    new Member()
                            .memberId(member.id())
                            .instanceId(member.instanceId())
                            .rackId(member.rackId())
                            .memberEpoch(member.current().epoch())
                            .clientId(member.client().id())
                            .clientHost(member.client().host())
                            .subscribedTopicNames(List.copyOf(member.subscribedTopics()))
                            .subscribedTopicRegex("")
                            .assignment(described(member.current().assigned(), catalog))
                            .targetAssignment(described(member.target(), catalog))
                            .memberType(CONSUMER));
        }
        return new DescribedGroup()
                .groupId(group.id())
                .groupState(group.stateName())
                .groupEpoch(group.epoch())
                .assignmentEpoch(group.assignmentEpoch())
                .assignorName(assignor)
                .members(members);
    }

    /** Partitions by topic; those of topics that are gone are left out. */
    private static ConsumerGroupDescribeResponse.Assignment described(
            Assignment assignment, TopicCatalog catalog) {
        List<TopicPartitions> topics = new ArrayList<>();
        assignment
                .topics()
                .forEach((id, partitions) -> {
                    TopicCatalog.Topic topic = catalog.find(id);
                    if (topic != null) {
                        topics.add(
                                new TopicPartitions()
                                        .topicId(id)
                                        .topicName(topic.name())
                                        .partitions(Assignment.list(partitions)));
                    }
                });
        return new ConsumerGroupDescribeResponse.Assignment().topicPartitions(topics);
    }
}
