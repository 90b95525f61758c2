package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FindCoordinatorResponse;
import mortise.wire.message.ProduceResponse;
import org.junit.jupiter.api.Test;

class ErrorCodesTest {
    private static List<Integer> errors(ApiMessage message) {
        List<Integer> errors = new ArrayList<>();
        message.eachErrorCode(errors::add);
        return errors;
    }

    @Test
    void theErrorsOfEveryPartAreToldInOrder() {
        ProduceResponse response =
                new ProduceResponse()
                        .responses(
                                List.of(
                                        topic((short) 0, (short) 3),
                                        topic((short) -1),
                                        topic((short) 6, (short) 6)));

        assertThat(errors(response)).containsExactly(3, -1, 6, 6);
    }

    private static ProduceResponse.TopicProduceResponse topic(short... errors) {
        List<ProduceResponse.PartitionProduceResponse> partitions = new ArrayList<>();
        for (short error : errors) {
            partitions.add(new ProduceResponse.PartitionProduceResponse().errorCode(error));
        }
        return new ProduceResponse.TopicProduceResponse().partitionResponses(partitions);
    }

    @Test
    void aResponsesOwnErrorComesWithThoseOfItsParts() {
        FetchResponse response =
                new FetchResponse()
                        .errorCode((short) 70)
                        .responses(
                                List.of(
                                        new FetchResponse.FetchableTopicResponse()
                                                .partitions(
                                                        List.of(
                                                                new FetchResponse.PartitionData()
                                                                        .errorCode((short) 1)))));

        assertThat(errors(response)).containsExactly(70, 1);
    }

    @Test
    void whatWentWellHasNoErrors() {
        assertThat(errors(new FindCoordinatorResponse())).isEmpty();
        assertThat(errors(new ProduceResponse().responses(List.of(topic((short) 0))))).isEmpty();
    }

    @Test
    void aRequestHasNoErrors() {
        assertThat(errors(new ApiVersionsRequest())).isEmpty();
    }
}
