namespace Adit.Wire.Smpp;

/// <summary>command_id (SMPP 3.4 §5.1.2.1), those that are spoken here.</summary>
public enum SmppCommand : uint
{
    /// <summary>generic_nack.</summary>
    GenericNack = 0x80000000,

    /// <summary>bind_receiver.</summary>
    BindReceiver = 0x00000001,

    /// <summary>bind_receiver_resp.</summary>
    BindReceiverResponse = 0x80000001,

    /// <summary>bind_transmitter.</summary>
    BindTransmitter = 0x00000002,

    /// <summary>bind_transmitter_resp.</summary>
    BindTransmitterResponse = 0x80000002,

    /// <summary>submit_sm.</summary>
    SubmitSm = 0x00000004,

    /// <summary>submit_sm_resp.</summary>
    SubmitSmResponse = 0x80000004,

    /// <summary>deliver_sm.</summary>
    DeliverSm = 0x00000005,

    /// <summary>deliver_sm_resp.</summary>
    DeliverSmResponse = 0x80000005,

    /// <summary>unbind.</summary>
    Unbind = 0x00000006,

    /// <summary>unbind_resp.</summary>
    UnbindResponse = 0x80000006,

    /// <summary>bind_transceiver.</summary>
    BindTransceiver = 0x00000009,

    /// <summary>bind_transceiver_resp.</summary>
    BindTransceiverResponse = 0x80000009,

    /// <summary>enquire_link.</summary>
    EnquireLink = 0x00000015,

    /// <summary>enquire_link_resp.</summary>
    EnquireLinkResponse = 0x80000015,
}
