"""The page of all events, made from the contracts: for whoever wants to know what happens here, without a tool."""
